import CLinux
import LinuxKernel

/// A keeper as its sandbox sees it: what it says, and its death, with which everything inside has ended.
///
/// `@unchecked Sendable`: confined to the loop of its sandbox.
final class KeeperLink: @unchecked Sendable {
    let conversation: Conversation
    private let loop: EventLoop
    private let process: Pidfd
    private let launcher: Pidfd
    private let isSupervised: Bool
    private var watch: UInt64?
    private(set) var isDead = false
    private var waitingForDeath: [CheckedContinuation<Void, Never>] = []
    private var onDeath: (() -> Void)?

    init(_ keeper: LauncherProcess.Keeper, on loop: EventLoop) {
        self.loop = loop
        process = keeper.process
        launcher = keeper.launcher
        isSupervised = keeper.isSupervised
        conversation = Conversation(
            PacketSocket(Descriptor(owning: keeper.socket), on: loop), with: "the sandbox's keeper")
    }

    /// Begins to listen. `onDeath` may come twice: when nothing of the sandbox lives any more, and when the last word of
    /// its keeper has been heard, if that is later.
    func start(
        onEvent: @escaping (Conversation.Event) -> Void, onDeath: @escaping () -> Void
    ) throws(SystemError) {
        self.onDeath = onDeath
        watch = try loop.watch(process.descriptor.number, .readable) { [unowned self] _ in died() }
        // The socket ends a moment before the process does; the pidfd tells when really nothing is left.
        try conversation.start(onEvent: onEvent, onLoss: { [unowned self] in if watch == nil { onDeath() } })
    }

    /// Whether nothing can be begun with it any more, also when the news of its death, or of its launcher's, with which it
    /// ends, has yet to come.
    var isLost: Bool { isDead || conversation.isOver || isOrphan }
    var isOrphan: Bool { launcher.hasEnded }

    /// Ends everything inside at once: without its PID 1 a process namespace has no process (pid_namespaces(7)); a
    /// supervisor ends when it has killed all that it has.
    func kill() {
        do {
            if isSupervised { try process.terminate() } else { try process.kill() }
        } catch {
            preconditionFailure("a keeper cannot be ended: \(error)")
        }
    }

    /// Waits until no process of the sandbox is left.
    func waitForDeath(isolation: isolated (any Actor)? = #isolation) async {
        await withCheckedContinuation { continuation in
            // Asked here and not before: entering may take a turn of the loop, in which the keeper may die.
            if isDead || watch == nil {
                continuation.resume()
            } else {
                waitingForDeath.append(continuation)
            }
        }
    }

    private func died() {
        if let watch { loop.unwatch(watch) }
        watch = nil
        isDead = true
        let waiting = waitingForDeath
        waitingForDeath = []
        for waiter in waiting { waiter.resume() }
        onDeath?()
    }
}
