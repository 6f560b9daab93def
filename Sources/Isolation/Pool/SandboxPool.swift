import LinuxKernel

/// Ready sandboxes, made beside the requests. Each is used by one run and never comes back.
actor SandboxPool {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let maker: SandboxMaker
    private let configuration: EngineConfiguration
    private var ready: [Sandbox] = []
    private var beingMade = 0
    private var waiting: [CheckedContinuation<Result<Sandbox, SandboxFailure>, Never>] = []
    private var isEnding = false
    private var retry: UInt64?
    private var pause: UInt64?

    /// Made at the same time: enough to keep the launcher busy, few enough to leave the processors to programs.
    private static let parallel = 3

    /// How long a sandbox that was taken is not replaced while others are ready: to make one takes a processor a millisecond
    /// or two, which the program that has just been started needs more.
    private static let patience = Duration.milliseconds(10)

    init(maker: SandboxMaker, configuration: EngineConfiguration, loop: EventLoop) {
        self.maker = maker
        self.configuration = configuration
        self.loop = loop
    }

    var readyCount: Int { ready.count }

    /// A ready sandbox, or the next one that is made.
    func take(disk: ByteCount, inodes: Int) async throws(SandboxFailure) -> Sandbox {
        guard !isEnding else { throw .shuttingDown }
        guard disk == configuration.standard.disk else { return try await maker.make(disk: disk, inodes: inodes) }
        while let sandbox = ready.popLast() {
            guard await !sandbox.isLost else {
                Task { await sandbox.destroy() }
                continue
            }
            refillSoon()
            return sandbox
        }
        return try await withCheckedContinuation { continuation in
            // What became ready since, while this was being entered.
            if let sandbox = ready.popLast() {
                continuation.resume(returning: Result<Sandbox, SandboxFailure>.success(sandbox))
            } else {
                waiting.append(continuation)
            }
            refill()
        }.get()
    }

    /// Begins to make what is missing after a pause, or now when most are gone.
    private func refillSoon() {
        guard ready.count * 2 >= configuration.poolSize else { return refill() }
        guard pause == nil, !isEnding else { return }
        pause = loop.after(Self.patience) { [unowned self] in
            pause = nil
            refill()
        }
    }

    /// Begins to make what is missing.
    func refill() {
        guard !isEnding, retry == nil else { return }
        while beingMade < Self.parallel, ready.count + beingMade < configuration.poolSize + waiting.count {
            beingMade += 1
            Task { await makeOne() }
        }
    }

    private func makeOne() async {
        let result: Result<Sandbox, SandboxFailure>
        do throws(SandboxFailure) {
            let standard = configuration.standard
            result = .success(try await maker.make(disk: standard.disk, inodes: standard.inodes))
        } catch {
            result = .failure(error)
        }
        beingMade -= 1
        switch result {
        case .success(let sandbox) where isEnding:
            await sandbox.destroy()
        case .success(let sandbox):
            if waiting.isEmpty { ready.append(sandbox) } else { waiting.removeFirst().resume(returning: result) }
            refill()
        case .failure(let failure):
            made(failure)
        }
    }

    /// Whoever waits is told; the next attempt comes after a while.
    private func made(_ failure: SandboxFailure) {
        configuration.report("a sandbox cannot be made: \(failure)")
        if waiting.isEmpty {
            guard retry == nil, !isEnding else { return }
            retry = loop.after(.seconds(1)) { [unowned self] in
                retry = nil
                refill()
            }
        } else {
            waiting.removeFirst().resume(returning: .failure(failure))
            refill()
        }
    }

    /// Gives up what is ready, because its launcher is gone, and makes anew.
    func replaceAll() {
        let old = ready
        ready = []
        for sandbox in old { Task { await sandbox.destroy() } }
        refill()
    }

    func end() async {
        isEnding = true
        if let retry { loop.cancelTimer(retry) }
        if let pause { loop.cancelTimer(pause) }
        for waiter in waiting { waiter.resume(returning: .failure(.shuttingDown)) }
        waiting = []
        let old = ready
        ready = []
        for sandbox in old { await sandbox.destroy() }
    }
}
