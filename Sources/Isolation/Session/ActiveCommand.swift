import CLinux
import LinuxKernel

/// A command while it has processes: its pipes, its timers, and what is known about its end.
///
/// `@unchecked Sendable`: confined to its sandbox's loop.
final class ActiveCommand: @unchecked Sendable {
    let number: UInt32
    let limits: CommandLimits
    let observer: OutputObserver?
    let requested = ContinuousClock.now
    var capture: OutputCapture
    var pid: Int32 = 0
    var startedAt: ContinuousClock.Instant?
    /// What the warden said about the first process; nil while that lives, and for ever if the warden was killed first.
    var ended: message_ended?
    /// Why we ended it, if we did: the first reason stays.
    var ending: Ending?
    /// Nothing of it lives, or the sandbox is lost.
    var isGone = false
    var result: Result<CommandResult, SandboxFailure>?
    /// Resumed by the keeper's answer, or by the news that its warden is dead.
    var starting: CheckedContinuation<Result<Conversation.Answer, SandboxFailure>, Never>?
    var resultWaiters = Waiters()
    var goneWaiters = Waiters()

    var outputs: [OutputStream: (pipe: SharedDescriptor, watch: UInt64)] = [:]
    /// When the reading of a flood goes on.
    var pauses: [OutputStream: UInt64] = [:]
    var input: InputQueue?
    var terminal: TerminalMaster?
    var state: StateReader?
    var timers: [UInt64] = []

    /// The sandbox's processor time when it began: an upper bound of its own.
    var cpuBefore: Duration = .zero
    var isBeingKilled = false
    /// What its processes had used when it was ended.
    var lastActivity: CommandActivity?
    var peakProcesses = 0
    /// Whether the kernel killed one of the sandbox's processes, or refused one, while other commands ran too.
    var sawMemoryKill = false
    var sawProcessLimit = false
    var scratchWasFull = false
    /// Whether it was the only command all the time, so that what the sandbox counts is its own.
    var isAlone = true

    init(number: UInt32, limits: CommandLimits, observer: OutputObserver?) {
        self.number = number
        self.limits = limits
        self.observer = observer
        capture = OutputCapture(limit: limits.output)
    }

    var status: ExitStatus? {
        guard let ended else { return nil }
        return linux_exited(ended.status) != 0
            ? .exited(code: Int(linux_exit_code(ended.status)))
            : .signaled(number: Int(linux_term_signal(ended.status)))
    }
}

/// Tasks that wait for one event, each of which may give up.
struct Waiters {
    private var continuations: [ObjectIdentifier: CheckedContinuation<Void, Never>] = [:]

    /// Names one wait; to be kept until it is over.
    final class Key: Sendable {}

    mutating func add(_ key: Key, _ continuation: CheckedContinuation<Void, Never>) {
        continuations[ObjectIdentifier(key)] = continuation
    }

    mutating func giveUp(_ key: Key) { continuations.removeValue(forKey: ObjectIdentifier(key))?.resume() }

    mutating func resumeAll() {
        let all = continuations
        continuations = [:]
        for waiter in all.values { waiter.resume() }
    }
}

/// Reads the state that a shell writes at its end, as far as it may be kept.
///
/// `@unchecked Sendable`: confined to its sandbox's loop.
final class StateReader: @unchecked Sendable {
    let pipe: SharedDescriptor
    var watch: UInt64?
    private var bytes: [UInt8] = []
    private var total = 0

    init(_ pipe: SharedDescriptor) { self.pipe = pipe }

    var isTooLarge: Bool { total > ShellState.maximumSize }
    /// Nobody may make us read for ever: a shell that writes more than this waits until its time is over.
    var isFlooded: Bool { total > 4 * ShellState.maximumSize }
    var state: ShellState? { isTooLarge ? nil : ShellState(bytes) }

    func take(_ new: UnsafeMutableRawBufferPointer.SubSequence) {
        total += new.count
        if !isTooLarge { bytes += new }
    }
}
