import CLinux
import LinuxKernel

/// Running one program: start, watch, end, tell.
extension Sandbox {
    package func run(
        _ command: Command, limits: Limits, observer: OutputObserver?
    ) async throws(SandboxFailure) -> RunResult {
        try requireReady()
        do { try slot.limit(memory: limits.memory, processes: limits.processes) } catch { throw .system(error) }
        let run = ActiveRun(limits: limits, observer: observer)
        state = .running(run)
        do {
            try start(run, command)
        } catch {
            state = .ended
            stopWatching(run)
            throw .system(error)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                run.completion = continuation
                completeIfPossible(run)
            }
        } onCancel: {
            Task { await self.cancelRun() }
        }
        return try await finish(run, command)
    }

    private func cancelRun() {
        if case .running(let run) = state { end(run, because: .cancelled) }
    }

    // MARK: Start

    private func start(_ run: ActiveRun, _ command: Command) throws(SystemError) {
        let input = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        try watch(output.readEnd, .standardOutput, run)
        try watch(errors.readEnd, .standardError, run)
        try feed(command.standardInput, to: input.writeEnd, run)
        run.writeEnds = [output.writeEnd, errors.writeEnd]
        let standard = [input.readEnd] + run.writeEnds
        let command = folder?.paths.map(command) ?? command
        conversation.post(.run(command, limits: run.limits, standard: standard, isConfined: folder != nil)) {
            [unowned self] answer in
            started(run, answer)
        }
    }

    private func started(_ run: ActiveRun, _ answer: Result<Conversation.Answer, SandboxFailure>) {
        switch answer {
        case .failure(let failure):
            // Cancelled before the program began: the keeper was killed by us, and its silence is no failure.
            run.failure = run.ending == .cancelled && run.failure == nil ? .cancelled : takeWriteFailure() ?? failure
            // Nothing was started, or nothing can be known about it any more.
            completeIfPossible(run)
        case .success:
            run.startedAt = .now
            if let failure = takeWriteFailure() {
                run.failure = failure
                return completeIfPossible(run)
            }
            run.timers.append(loop.after(run.limits.wall) { [unowned self] in end(run, because: .time) })
            scheduleWatchdog(run, after: Watchdog.first)
            retired.endAll()
        }
    }

    private func watch(_ pipe: SharedDescriptor, _ stream: OutputStream, _ run: ActiveRun) throws(SystemError) {
        _ = linux_set_nonblocking(pipe.number)
        let watch = try loop.watch(pipe.number, .readable) { [unowned self] _ in
            read(stream, run)
            completeIfPossible(run)
        }
        run.outputs[stream] = ActiveRun.Output(pipe: pipe, watch: watch)
    }

    private func feed(_ bytes: [UInt8], to pipe: SharedDescriptor, _ run: ActiveRun) throws(SystemError) {
        guard !bytes.isEmpty else { return }
        _ = linux_set_nonblocking(pipe.number)
        let feed = InputFeed(pipe, bytes)
        guard !feed.write() else { return }
        run.inputWatch = try loop.watch(pipe.number, .writable) { [unowned self] _ in
            guard feed.write(), let watch = run.inputWatch else { return }
            loop.unwatch(watch)
            run.inputWatch = nil
        }
    }

    // MARK: Output

    /// Reads a bounded amount, so that one flood does not keep the loop from the others.
    private func read(_ stream: OutputStream, _ run: ActiveRun) {
        guard let output = run.outputs[stream] else { return }
        for _ in 0..<4 {
            let buffer = loop.scratch
            let count = linux_read(output.pipe.number, buffer.baseAddress, buffer.count)
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return }
            guard count > 0 else {
                run.outputs[stream] = nil
                return loop.unwatch(output.watch)
            }
            take(Array(buffer[..<count]), stream, run)
        }
    }

    private func take(_ bytes: [UInt8], _ stream: OutputStream, _ run: ActiveRun) {
        if let observer = run.observer, run.capture.headRoom > 0 {
            let visible = bytes.prefix(run.capture.headRoom)
            observer(stream, visible.count == bytes.count ? bytes : Array(visible))
        }
        run.capture.append(stream, bytes[...])
        if run.capture.total > run.limits.flood.bytes { end(run, because: .output) }
    }

    // MARK: Watchdog

    private func scheduleWatchdog(_ run: ActiveRun, after duration: Duration) {
        run.timers.append(loop.after(duration) { [unowned self] in inspect(run) })
    }

    /// Looks at what the kernel counts, and ends the run at a limit.
    private func inspect(_ run: ActiveRun) {
        guard run.ending == nil, run.endedAt == nil else { return }
        do {
            let sample = try slot.sample()
            run.peakProcesses = max(run.peakProcesses, sample.processes)
            run.diskWasFull = try run.diskWasFull || diskUsage().isFull
            run.unlinkedBytes = sample.unlinkedBytes
            countDisk(run)
            if let reason = Watchdog.reason(sample, run.limits) {
                end(run, because: reason)
            } else {
                let next = Watchdog.next(sample, run.limits, processors: slot.processors)
                scheduleWatchdog(run, after: next)
            }
        } catch let failure as SandboxFailure {
            run.failure = failure
            end(run, because: .cancelled)
        } catch {
            run.failure = .lost(during: "\(error)")
            end(run, because: .cancelled)
        }
    }

    /// Ends the run at the caps that a file system of its own would have.
    func checkDisk(_ run: ActiveRun) {
        let bytes = counted.bytes.bytes + run.unlinkedBytes - emptyDisk.bytes
        run.diskWasFull = run.diskWasFull || bytes >= run.limits.disk.bytes || counted.entries >= run.limits.inodes
        if bytes > run.limits.disk.bytes || counted.entries > run.limits.inodes { end(run, because: .files) }
    }

    // MARK: End

    func end(_ run: ActiveRun, because reason: Ending) {
        guard run.ending == nil, run.endedAt == nil else { return }
        run.ending = reason
        killAll()
    }

    func programEnded(_ message: message_ended) {
        guard case .running(let run) = state, run.endedAt == nil else { return }
        run.status =
            linux_exited(message.status) != 0
            ? .exited(code: Int(linux_exit_code(message.status)))
            : .signaled(number: Int(linux_term_signal(message.status)))
        run.endedAt = .now
        run.wall = .microseconds(message.wall_microseconds)
        if folder != nil {
            run.processorTime = .microseconds(message.user_microseconds + message.system_microseconds)
        }
        run.residentPeak = .kibibytes(Int(message.peak_resident_kilobytes))
        run.writeEnds = []
        if message.others_alive != 0 {
            // What it left behind ends with it, and so gives its outputs back.
            killAll()
        } else {
            for stream in [OutputStream.standardOutput, .standardError] { read(stream, run) }
        }
        completeIfPossible(run)
    }

    func runLostItsKeeper() {
        guard case .running(let run) = state else { return }
        run.writeEnds = []
        if run.endedAt == nil { run.endedAt = .now }
        if run.startedAt == nil, run.failure == nil, run.ending == nil {
            run.failure = .lost(during: "the start of a program")
        }
        completeIfPossible(run)
    }

    private func completeIfPossible(_ run: ActiveRun) {
        guard run.isComplete, let completion = run.completion else { return }
        run.completion = nil
        stopWatching(run)
        completion.resume()
    }

    private func stopWatching(_ run: ActiveRun) {
        for output in run.outputs.values { loop.unwatch(output.watch) }
        if let watch = run.inputWatch { loop.unwatch(watch) }
        for timer in run.timers { loop.cancelTimer(timer) }
        run.outputs = [:]
        run.writeEnds = []
        run.inputWatch = nil
        run.timers = []
    }

    /// Whether a keeper was lost to the memory that its programs took: then that is what happened to them.
    private func isOutOfMemory(_ failure: SandboxFailure) throws(SandboxFailure) -> Bool {
        guard case .lost = failure else { return false }
        do { return try slot.sample().oomKills > 0 } catch { throw .system(error) }
    }

    private func finish(_ run: ActiveRun, _ command: Command) async throws(SandboxFailure) -> RunResult {
        if case .running = state { state = .ended }
        if let failure = run.failure, try !isOutOfMemory(failure) {
            if case .setup(.execute, let error) = failure {
                throw .notExecutable(path: command.executable, error: error)
            }
            throw run.startedAt == nil ? failure.beforeStart : failure
        }
        // A tree that we ended is read only when it is gone.
        if run.ending != nil { await waitForDeath() }
        let sample: CgroupSample
        do { sample = try slot.sample() } catch { throw .system(error) }
        if let folder {
            // With the processes went the files that had no name.
            run.unlinkedBytes = 0
            try await count(folder, limits: run.limits)
            checkDisk(run)
        }
        let disk = try diskUsage()
        var observation = Observation(ending: run.ending, status: run.status, limits: run.limits)
        observation.outOfMemoryKills = sample.oomKills
        observation.processLimitHits = sample.processLimitHits
        observation.diskIsFull = run.diskWasFull || disk.isFull
        observation.usage = usage(run, sample, disk: disk.used)
        return observation.result(output: run.capture.output)
    }

    private func usage(_ run: ActiveRun, _ sample: CgroupSample, disk: ByteCount) -> ResourceUsage {
        var usage = ResourceUsage()
        let started = run.startedAt ?? run.requested
        usage.start = started - run.requested
        usage.wall = run.wall ?? (run.endedAt ?? .now) - started
        // The supervisor's figure is in clock ticks; that of the program and of those it waited for is exact.
        usage.cpu = max(.microseconds(sample.cpuMicroseconds), run.processorTime ?? .zero)
        usage.peakMemory = .peak(counted: ByteCount(sample.memoryPeak), resident: run.residentPeak, run.limits)
        usage.standardOutput = ByteCount(run.capture.standardOutput)
        usage.standardError = ByteCount(run.capture.standardError)
        usage.disk = ByteCount(max(0, disk.bytes - emptyDisk.bytes))
        // The keeper is not the program's.
        let seen = max(run.peakProcesses, sample.processesPeak ?? 0, sample.processes) - 1
        usage.peakProcesses = sample.processLimitHits > 0 ? run.limits.processes : max(1, seen)
        return usage
    }
}

extension ByteCount {
    /// The kernel charges a group in batches of 64 pages (MEMCG_CHARGE_BATCH in linux/memcontrol.h): what is less than
    /// that it cannot tell from nothing.
    private static let chargedAtOnce = ByteCount.kibibytes(256)

    /// The group's own figure misses what was charged to it in advance, and files that an earlier program read: a small
    /// program may cost it nothing. What the largest process had resident is there whoever was charged for it.
    fileprivate static func peak(counted: ByteCount, resident: ByteCount?, _ limits: Limits) -> ByteCount {
        max(counted, min(resident ?? chargedAtOnce, limits.memory))
    }
}
