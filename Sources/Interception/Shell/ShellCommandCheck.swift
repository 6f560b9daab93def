/// Decides about single shell commands before they run: their length, and what the operator forbids by name.
///
/// The command is parsed, not compared: a name is found behind paths, quotes, escapes, variables, substitutions, other
/// commands that run it (`env`, `xargs`, `find -exec`, `bash -c` …), aliases, here-documents and pipes.
package struct ShellCommandCheck: Sendable {
    /// Why a command must not run.
    package enum Refusal: Hashable, Sendable, CustomStringConvertible {
        case empty
        /// In bytes of UTF-8.
        case tooLong(length: Int, limit: Int)
        /// The name as it is found, whatever stands in the command.
        case restricted(Finding)

        /// One sentence for the person who sent the command.
        package var description: String {
            switch self {
            case .empty: "The command is empty."
            case .tooLong(let length, let limit):
                "The command has \(length) bytes; this server takes at most \(limit)."
            case .restricted(let finding): finding.message
            }
        }
    }

    /// What came out.
    package struct Verdict: Sendable {
        /// Nil when the command may run.
        package let refusal: Refusal?
        /// The whole report, under the policy that was asked for; nil when the command was refused unread.
        package let report: SecurityReport?
    }

    /// In bytes of UTF-8.
    package let maximumLength: Int
    private let interceptor: Interceptor
    private let restrictions: Set<RuleID>

    /// Takes the rules for commands, what is forbidden by name, and the longest command.
    package init(
        rules: [Rule], restricted: [RestrictedCommand], maximumLength: Int, limits: AnalysisLimits = .standard
    ) {
        let restricting = Rule.restricting(restricted)
        self.maximumLength = maximumLength
        interceptor = Interceptor(rules: rules + restricting, limits: limits)
        restrictions = Set(restricting.filter(\.alwaysBlocks).map(\.id))
    }

    /// The same with rules that are read already; those that restrict commands (``Rule/restricting(_:)``) are among them if
    /// any are restricted.
    package init(_ interceptor: Interceptor, maximumLength: Int) {
        self.maximumLength = maximumLength
        self.interceptor = interceptor
        restrictions = Set(interceptor.rules.filter(\.alwaysBlocks).map(\.id))
    }

    /// Reads a command. What the policy refuses stands in the report; what the operator forbids is a refusal.
    package func check(_ command: String, policy: Policy) async -> Verdict {
        if command.utf8.count > maximumLength {
            return Verdict(refusal: .tooLong(length: command.utf8.count, limit: maximumLength), report: nil)
        }
        if command.allSatisfy(\.isWhitespace) { return Verdict(refusal: .empty, report: nil) }
        let report = await interceptor.analyze(command, language: .bash, policy: policy)
        let restricted = report.findings.first { restrictions.contains($0.ruleID) }
        return Verdict(refusal: restricted.map(Refusal.restricted), report: report)
    }
}
