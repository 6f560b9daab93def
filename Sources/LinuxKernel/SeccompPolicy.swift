/// Which system calls a filter lets through and how it answers the others: a value, without any opinion of its own.
///
/// A call that no field names gets ``unknown``, also those that the kernel has and this program does not know.
package struct SeccompPolicy: Hashable, Sendable {
    /// What the kernel does with a call.
    package enum Verdict: Hashable, Sendable {
        case allow
        /// The call does nothing and returns this error. `Errno(0)`: it does nothing and reports success.
        case fail(Errno)
        /// The call waits for whoever listens (seccomp_unotify(2)), who lets it go on or answers it.
        case ask
    }

    /// A test of one argument. Unless it says otherwise only the low 32 bits take part: right for arguments that the
    /// kernel declares as `int`, `unsigned int` or narrower, where the kernel drops the high half too.
    package struct Condition: Hashable, Sendable {
        package let argument: Int
        package let half: Half
        package let mask: UInt32
        package let values: [UInt32]
        package let matchesWhenEqual: Bool

        /// Which 32 bits of the argument are looked at.
        package enum Half: Hashable, Sendable { case low, high }

        /// Holds if the argument, after `mask`, is one of `values`.
        package static func argument(_ index: Int, mask: UInt32 = .max, is values: UInt32...) -> Condition {
            .argument(index, mask: mask, isOneOf: values)
        }

        /// Holds if the argument, after `mask`, is one of `values`: at most 250, which is how far BPF jumps.
        package static func argument(_ index: Int, mask: UInt32 = .max, isOneOf values: [UInt32]) -> Condition {
            Condition(argument: index, half: .low, mask: mask, values: values, matchesWhenEqual: true)
        }

        /// Holds if the argument has at least one bit of `mask` in that half.
        package static func argument(_ index: Int, _ half: Half = .low, hasAnyOf mask: UInt32) -> Condition {
            Condition(argument: index, half: half, mask: mask, values: [0], matchesWhenEqual: false)
        }
    }

    /// A verdict for calls on which every condition holds.
    package struct Clause: Hashable, Sendable {
        package let verdict: Verdict
        package let conditions: [Condition]

        package init(_ verdict: Verdict, if conditions: Condition...) {
            self.verdict = verdict
            self.conditions = conditions
        }
    }

    /// A decision by arguments: the first clause that holds, else `otherwise`.
    package struct Rule: Hashable, Sendable {
        package let clauses: [Clause]
        package let otherwise: Verdict

        package init(_ clauses: Clause..., otherwise: Verdict) {
            self.clauses = clauses
            self.otherwise = otherwise
        }
    }

    package var allowed: Set<Syscall>
    package var refused: [Syscall: Errno]
    /// Decisions by argument; they go before `refused`, which goes before `allowed`.
    package var rules: [Syscall: Rule]
    package var unknown: Errno

    package init(allowed: Set<Syscall>, refused: [Syscall: Errno], rules: [Syscall: Rule], unknown: Errno) {
        self.allowed = allowed
        self.refused = refused
        self.rules = rules
        self.unknown = unknown
    }

    /// What holds for a call: one verdict, or a rule.
    package func rule(for call: Syscall) -> Rule {
        if let rule = rules[call] { return rule }
        if let errno = refused[call] { return Rule(otherwise: .fail(errno)) }
        return Rule(otherwise: allowed.contains(call) ? .allow : .fail(unknown))
    }
}
