/// Why a run ended: the closed vocabulary that every answer, log line and metric uses.
package enum Outcome: String, CaseIterable, Sendable, Codable {
    /// The program ended by itself with exit code 0.
    case ok
    /// The program ended by itself with another exit code.
    case nonzeroExit = "nonzero_exit"
    /// A signal ended the program, and no limit explains it.
    case signaled
    /// The compiler refused the source; the program never ran.
    case compileError = "compile_error"
    case timeLimit = "time_limit"
    case cpuLimit = "cpu_limit"
    case memoryLimit = "memory_limit"
    case processLimit = "process_limit"
    case outputLimit = "output_limit"
    case diskLimit = "disk_limit"
    /// The analysis refused the source.
    case blocked
    /// The caller ended the run or went away.
    case cancelled
    /// Our failure: the sandbox could not be made or was lost.
    case sandboxError = "sandbox_error"
}
