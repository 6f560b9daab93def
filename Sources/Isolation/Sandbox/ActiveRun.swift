import LinuxKernel

/// A program while it runs: its pipes, its timers and what is known about its end.
///
/// `@unchecked Sendable`: confined to its sandbox's loop, where the sandbox, its handlers and its timers run.
final class ActiveRun: @unchecked Sendable {
    let limits: Limits
    let observer: OutputObserver?
    let requested = ContinuousClock.now
    var capture: OutputCapture
    var startedAt: ContinuousClock.Instant?
    var endedAt: ContinuousClock.Instant?
    /// As the keeper measured it, which no busy loop delays; nil when it was ended with its sandbox.
    var wall: Duration?
    /// Why we ended it, if we did: the first reason stays.
    var ending: Ending?
    var status: ExitStatus?
    var failure: SandboxFailure?
    /// Outputs that somebody may still write to.
    var outputs: [OutputStream: Output] = [:]
    /// The other ends of the outputs. While we have them too, no output ends before the program: on its way out it would be
    /// stopped at each of them for us to hear of it.
    var writeEnds: [SharedDescriptor] = []
    var inputWatch: UInt64?
    var timers: [UInt64] = []
    var peakProcesses = 0
    /// The largest of the program and of the descendants that were waited for (getrusage(2)); nil when it was ended with
    /// its sandbox.
    var residentPeak: ByteCount?
    /// Of the program and of the descendants that were waited for, where no cgroup counts it.
    var processorTime: Duration?
    var diskWasFull = false
    /// Of files without a name, as the last sample had it; only where a supervisor counts them.
    var unlinkedBytes = 0
    var completion: CheckedContinuation<Void, Never>?

    struct Output {
        let pipe: SharedDescriptor
        let watch: UInt64
    }

    init(limits: Limits, observer: OutputObserver?) {
        self.limits = limits
        self.observer = observer
        capture = OutputCapture(limit: limits.output)
    }

    /// Nothing more can come: the program and all that held its outputs open are gone.
    var isComplete: Bool { failure != nil || (endedAt != nil && outputs.isEmpty) }
}

/// Why the server ended a run.
enum Ending: Hashable, Sendable {
    case cancelled, time, cpu, memory, processes, output
    /// The workspace of a session is full.
    case disk
    /// The run's own files are too much, where no file system of its own refuses them.
    case files
}

/// How a process ended by itself or was ended (wait(2)).
enum ExitStatus: Hashable, Sendable {
    case exited(code: Int)
    case signaled(number: Int)
}
