extension Rule {
    /// What refuses the commands that an operator forbids, in shell commands and in programs of every language that run
    /// them; empty when none is forbidden.
    ///
    /// The first finds the commands and refuses under every policy. The second finds commands whose name is spelled so
    /// that it cannot be told, and leaves to the policy what that means.
    package static func restricting(_ commands: [RestrictedCommand]) -> [Rule] {
        guard !commands.isEmpty else { return [] }
        // The patterns are made of escaped letters, and short: they are patterns.
        let matchers = commands.compactMap { command -> Matcher? in
            do { return try command.matcher() } catch { preconditionFailure("“\(command.text)” \(error)") }
        }
        return [
            Rule(
                id: RuleID(builtIn: "operator.restricted-command"), languages: [.bash], category: .systemCommand,
                severity: .high, cwe: CWE(number: 78), title: "Restricted command",
                message: "Runs {name}, which the operator of this server does not allow.",
                recommendation: "Do without the command, or ask the operator of this server.", matchers: matchers,
                alwaysBlocks: true),
            Rule(
                id: RuleID(builtIn: "operator.unreadable-command"), languages: [.bash], category: .obfuscation,
                severity: .medium, confidence: .likely, cwe: CWE(number: 78), title: "Unreadable command",
                message: "Runs a command whose name is only known at run time; it may be one that is not allowed here.",
                recommendation: "Write the name of the command.",
                matchers: [
                    Matcher(
                        kinds: [.special],
                        names: [SpecialFact.dynamicCommand, .globCommand, .shellDynamic].map { .exact($0.rawValue) })
                ]),
        ]
    }
}
