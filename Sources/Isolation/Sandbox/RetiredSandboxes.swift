import LinuxKernel

/// Sandboxes in which no program lives any more, until their end disturbs nobody.
///
/// To end one takes the processors a millisecond, which the answer needs, and the start of the next program. They end while
/// the next program runs, which mostly needs one processor for longer than that, or when none came for a while.
///
/// `@unchecked Sendable`: used only on the loop of the sandboxes.
final class RetiredSandboxes: @unchecked Sendable {
    /// How long they wait for the next program.
    static let patience = Duration.milliseconds(5)
    /// So many wait; the oldest of more go at once.
    static let most = 4

    private let loop: EventLoop
    private var waiting: [@Sendable () async -> Void] = []
    private var timer: UInt64?

    init(on loop: EventLoop) { self.loop = loop }

    /// `destroy` is called once, on the loop or off it.
    func add(_ destroy: @escaping @Sendable () async -> Void) {
        loop.checkIsolated()
        waiting.append(destroy)
        if waiting.count > Self.most { end(waiting.removeFirst()) }
        guard timer == nil else { return }
        timer = loop.after(Self.patience) { [self] in
            timer = nil
            endAll()
        }
    }

    /// A program has begun, or somebody needs what they have.
    func endAll() {
        loop.checkIsolated()
        let all = waiting
        waiting = []
        for each in all { end(each) }
    }

    private func end(_ destroy: @escaping @Sendable () async -> Void) {
        Task(executorPreference: loop) { await destroy() }
    }
}
