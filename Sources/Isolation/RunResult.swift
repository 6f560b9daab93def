/// What a program used, measured by the kernel over its whole tree.
package struct ResourceUsage: Hashable, Sendable {
    package var wall: Duration = .zero
    package var cpu: Duration = .zero
    /// The most that the whole tree was charged at once, and at least what its largest process had resident, shared
    /// libraries included, up to the limit. Never 0; of a run that was ended at a limit the small figures are rough.
    package var peakMemory = ByteCount(0)
    package var peakProcesses = 0
    /// Bytes written, whether kept or not.
    package var standardOutput = ByteCount(0)
    package var standardError = ByteCount(0)
    /// Bytes in the sandbox's files when the program ended.
    package var disk = ByteCount(0)
    /// From the request for a process to its first instruction.
    package var start: Duration = .zero

    package init() {}
}

/// The bytes a program wrote, as far as they were kept.
package struct CapturedOutput: Hashable, Sendable {
    /// Both streams in the order in which they arrived.
    package var combined: [UInt8] = []
    package var standardOutput: [UInt8] = []
    package var standardError: [UInt8] = []
    /// Bytes dropped from the middle; 0 when everything was kept.
    package var dropped = 0

    package var isTruncated: Bool { dropped > 0 }

    package init() {}
}

/// How one program ended. A program's failure is a value here, never a thrown error.
package struct RunResult: Hashable, Sendable {
    package var outcome: Outcome
    /// 0 to 255 when the program ended by itself.
    package var exitCode: Int?
    /// The signal that ended it, by name (`SIGSEGV`).
    package var signal: String?
    /// One plain sentence when `outcome` is not `ok`: what happened, with the figures.
    package var explanation: String?
    package var usage: ResourceUsage
    package var output: CapturedOutput

    package init(
        outcome: Outcome, exitCode: Int? = nil, signal: String? = nil, explanation: String? = nil,
        usage: ResourceUsage = ResourceUsage(), output: CapturedOutput = CapturedOutput()
    ) {
        self.outcome = outcome
        self.exitCode = exitCode
        self.signal = signal
        self.explanation = explanation
        self.usage = usage
        self.output = output
    }

    /// The end as shells say it: the exit code, or 128 and the signal's number; nil when neither is known.
    package var shellStatus: Int? { exitCode ?? signal.flatMap(Signal.number).map { 128 + $0 } }
}
