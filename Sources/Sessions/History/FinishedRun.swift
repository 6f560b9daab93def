package import Isolation

/// What is kept of a run that ended: who, what and how, without its code and its output.
package struct FinishedRun: Hashable, Sendable {
    package var id: ExecutionID
    package var owner: Owner
    package var language: String
    package var outcome: Outcome
    /// The outcome is `ok`, and every test was accepted.
    package var isSuccess: Bool
    package var exitCode: Int?
    package var accepted: WallTime
    package var ended: WallTime
    package var queued: Duration
    /// Of the program; of all tests together.
    package var wall: Duration
    /// Of everything that the run started, compilers included.
    package var cpu: Duration
    package var peakMemory: ByteCount

    package init(
        id: ExecutionID, owner: Owner, language: String, outcome: Outcome, isSuccess: Bool, exitCode: Int? = nil,
        accepted: WallTime, ended: WallTime, queued: Duration = .zero, wall: Duration = .zero, cpu: Duration = .zero,
        peakMemory: ByteCount = ByteCount(0)
    ) {
        self.id = id
        self.owner = owner
        self.language = language
        self.outcome = outcome
        self.isSuccess = isSuccess
        self.exitCode = exitCode
        self.accepted = accepted
        self.ended = ended
        self.queued = queued
        self.wall = wall
        self.cpu = cpu
        self.peakMemory = peakMemory
    }
}

extension ExecutionResult {
    /// Every process tree that the run started.
    var processes: [RunResult] { [compile, run].compactMap(\.self) + tests.map(\.run) }

    /// Processor time of everything that the run started.
    package var cpu: Duration { processes.reduce(.zero) { $0 + $1.usage.cpu } }
}
