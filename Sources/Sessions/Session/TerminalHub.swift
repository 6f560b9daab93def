import Isolation

/// A terminal of a session with all who look at it.
///
/// The terminal is read as fast as the fastest viewer takes what is shown; programs that show more wait. When no viewer
/// takes anything for a moment, or nobody looks, it is read slowly all the same, so that programs go on.
actor TerminalHub {
    private enum State {
        case running
        case ended(status: Int?)
    }

    nonisolated let id: TerminalID
    nonisolated let started: WallTime
    private let terminal: any RunningTerminal
    private let replay: OutputRing
    private let maximumViewers: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private var state = State.running
    private var size: TerminalSize
    private var viewers: [Int: TerminalViewer] = [:]
    private var lastViewer = 0
    private var emptySince: ContinuousClock.Instant?
    /// Waits until a viewer has room.
    private var pause: AsyncStream<Void>.Continuation?

    /// How long all viewers may take nothing before the terminal is read without them.
    private static let patience = Duration.seconds(1)
    /// Between two reads that nobody waits for.
    private static let slowness = Duration.milliseconds(50)

    init(
        _ id: TerminalID, _ terminal: any RunningTerminal, size: TerminalSize, started: WallTime,
        configuration: SessionConfiguration, now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.id = id
        self.terminal = terminal
        self.size = size
        self.started = started
        replay = OutputRing(limit: configuration.replay.bytes)
        maximumViewers = configuration.maximumViewers
        self.now = now
        emptySince = now()
    }

    // MARK: Showing

    /// Shows what the programs write until the shell has ended; then ends what is left and answers how the shell ended.
    func run() async -> RunResult? {
        let ending = Task { [terminal] in
            // Whatever else has the terminal open: its shell is what it is for.
            do { _ = try await terminal.result() } catch {
                // Its end is told below.
            }
            await terminal.end(.cancelled)
        }
        while let bytes = await read() {
            replay.append(bytes)
            for key in viewers.keys { viewers[key]?.tell(bytes) }
            await waitForRoom()
        }
        await ending.value
        var result: RunResult?
        do { result = try await terminal.result().run } catch {
            // The sandbox was lost, and with it how the shell ended.
        }
        finish(result?.shellStatus)
        return result
    }

    private func read() async -> [UInt8]? {
        do { return try await terminal.read() } catch { return nil }
    }

    /// Returns at once when a viewer takes what it is given.
    private func waitForRoom() async {
        guard !viewers.values.contains(where: \.hasRoom), case .running = state else { return }
        let patience = viewers.isEmpty ? Self.slowness : Self.patience
        let (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        pause = signal
        let timer = Task {
            do { try await Task.sleep(for: patience) } catch { return }
            signal.finish()
        }
        for await _ in signals { break }
        timer.cancel()
        pause = nil
    }

    private func finish(_ status: Int?) {
        guard case .running = state else { return }
        state = .ended(status: status)
        for key in viewers.keys { viewers[key]?.end(status: status) }
        pause?.finish()
    }

    // MARK: Viewers

    /// A new viewer, which begins with the replay.
    func attach() throws(SessionRefusal) -> any TerminalAttachment {
        guard case .running = state else { throw .notFound(what: "terminal") }
        guard viewers.count < maximumViewers else {
            throw .overloaded(
                message: "\(viewers.count) look at this terminal already, the most there can be.",
                retryAfter: .seconds(1))
        }
        lastViewer += 1
        let shown = replay.read(from: 0, limit: .max)
        viewers[lastViewer] = TerminalViewer(replay: shown.bytes, isTruncated: shown.offset > 0, size: size)
        emptySince = nil
        pause?.yield()
        return HubAttachment(hub: self, number: lastViewer)
    }

    fileprivate func next(_ number: Int) async -> TerminalEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { next(number, $0) }
        } onCancel: {
            Task { await self.giveUpReading(number) }
        }
    }

    private func next(_ number: Int, _ reader: CheckedContinuation<TerminalEvent?, Never>) {
        guard viewers[number] != nil, !Task.isCancelled else { return reader.resume(returning: nil) }
        viewers[number]?.next(reader)
        if viewers[number]?.hasRoom == true { pause?.yield() }
    }

    private func giveUpReading(_ number: Int) { viewers[number]?.giveUpReading() }

    fileprivate func detach(_ number: Int) {
        viewers[number]?.close()
        viewers[number] = nil
        if viewers.isEmpty { emptySince = now() }
        // Those that are left may have room, or nobody is left to wait for.
        pause?.yield()
    }

    fileprivate func write(_ bytes: [UInt8], by number: Int) async {
        guard case .running = state, viewers[number] != nil else { return }
        await terminal.write(bytes)
    }

    fileprivate func resize(_ size: TerminalSize) async throws(SessionRefusal) {
        guard case .running = state else { throw .notFound(what: "terminal") }
        do { try await terminal.resize(size) } catch {
            throw .failed("The server could not change the size of the terminal.")
        }
        self.size = size
        for key in viewers.keys { viewers[key]?.tell(size) }
    }

    // MARK: For the session

    var summary: TerminalSummary {
        var summary = TerminalSummary(id: id, started: started, viewers: viewers.count, size: size)
        if case .ended(let status) = state { summary.exitCode = status }
        return summary
    }

    /// Whether nobody has looked at it for so long.
    func isForgotten(for duration: Duration) -> Bool {
        guard let emptySince else { return false }
        return now() - emptySince >= duration
    }

    /// Ends everything in it; `run` tells the viewers.
    func end(_ reason: CommandEnd) async { await terminal.end(reason) }

    /// The session has ended, and the terminal with it.
    func sessionEnded() { finish(nil) }
}

/// One viewer, as it is given away. With the last reference the viewer is gone.
private final class HubAttachment: TerminalAttachment {
    let id: TerminalID
    private let hub: TerminalHub
    private let number: Int

    init(hub: TerminalHub, number: Int) {
        id = hub.id
        self.hub = hub
        self.number = number
    }

    deinit { Task { [hub, number] in await hub.detach(number) } }

    func next() async -> TerminalEvent? { await hub.next(number) }
    func write(_ bytes: [UInt8]) async {
        await abandonWhenCancelled { [hub, number] in await hub.write(bytes, by: number) }
    }
    func resize(_ size: TerminalSize) async throws(SessionRefusal) { try await hub.resize(size) }
    func detach() async { await hub.detach(number) }
}
