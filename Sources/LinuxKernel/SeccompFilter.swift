/// A seccomp program (classic BPF, Documentation/userspace-api/seccomp_filter.rst) that carries out a ``SeccompPolicy``.
///
/// It kills callers of another architecture, whose numbers mean other calls. Then it finds the number by binary search,
/// so that a call costs about ten instructions, and looks at arguments only after the number is known: that lets
/// Linux 5.11 and later cache the calls that are always allowed and skip the program for them. The numbers of the x32
/// interface (bit 30 set) lie above every number of the policy and get its answer for unknown calls.
package struct SeccompFilter: Hashable, Sendable {
    /// The program in execution order.
    package let program: [Instruction]

    /// The program as the kernel takes it: one little-endian `struct sock_filter` of 8 bytes each.
    package var instructions: [UInt64] { program.map(\.encoded) }

    package init(_ policy: SeccompPolicy, architecture: Architecture = .current) {
        let prelude = [
            Instruction.load(offset: Instruction.architectureOffset),
            .jumpIfEqual(architecture.auditValue, ifTrue: 1, ifFalse: 0),
            .killProcess,
            .load(offset: Instruction.numberOffset),
        ]
        program = prelude + Self.search(Self.segments(policy, architecture)[...])
        precondition(program.count <= 4096, "a filter of \(program.count) instructions exceeds BPF_MAXINSNS")
    }

    /// A run of call numbers from `first` up to the next segment with one decision.
    struct Segment {
        let first: UInt32
        let rule: SeccompPolicy.Rule
    }

    /// All 2^32 numbers in ascending runs; the numbers between calls are unknown.
    static func segments(_ policy: SeccompPolicy, _ architecture: Architecture) -> [Segment] {
        let unknown = SeccompPolicy.Rule(otherwise: .fail(policy.unknown))
        let calls = Syscall.allCases
            .compactMap { call in call.number(on: architecture).map { Segment(first: $0, rule: policy.rule(for: call)) }
            }
            .sorted { $0.first < $1.first }
        var segments: [Segment] = []
        var next: UInt32 = 0
        func append(_ segment: Segment) {
            if segments.last?.rule != segment.rule { segments.append(segment) }
        }
        for call in calls {
            if call.first > next { append(Segment(first: next, rule: unknown)) }
            append(call)
            next = call.first + 1
        }
        append(Segment(first: next, rule: unknown))
        return segments
    }
}

extension SeccompFilter: CustomStringConvertible {
    /// One line per instruction with its index, as `scmp_bpf_disasm` prints them.
    package var description: String {
        program.enumerated().map { index, instruction in "\(index): \(instruction)" }.joined(separator: "\n")
    }
}
