import Foundation
import Glibc

/// What defaults depend on: facts about the machine and the way the program was started.
struct Machine: Hashable, Sendable {
    var processors: Int
    var isRoot: Bool
    var homeDirectory: String
    var standardErrorIsTerminal: Bool

    /// The facts about this process.
    static func current(environment: [String: String]) -> Machine {
        Machine(
            processors: ProcessInfo.processInfo.activeProcessorCount, isRoot: geteuid() == 0,
            homeDirectory: environment["HOME"] ?? "/root", standardErrorIsTerminal: isatty(STDERR_FILENO) == 1)
    }
}
