extension SeccompFilter {
    /// One instruction of classic BPF, of the few kinds that a filter needs (linux/bpf_common.h).
    package struct Instruction: Hashable, Sendable {
        package let code: UInt16
        /// How many instructions to skip if the test holds.
        package let ifTrue: UInt8
        package let ifFalse: UInt8
        package let operand: UInt32

        // Offsets in struct seccomp_data.
        static let numberOffset: UInt32 = 0
        static let architectureOffset: UInt32 = 4

        private init(_ code: UInt16, _ operand: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0) {
            self.code = code
            self.ifTrue = ifTrue
            self.ifFalse = ifFalse
            self.operand = operand
        }

        static func load(offset: UInt32) -> Instruction { Instruction(0x20, offset) }
        /// Loads half of an argument; the low one comes first on the little-endian machines that we support.
        static func load(argument: Int, _ half: SeccompPolicy.Condition.Half) -> Instruction {
            load(offset: 16 + 8 * UInt32(argument) + (half == .high ? 4 : 0))
        }
        static func and(_ mask: UInt32) -> Instruction { Instruction(0x54, mask) }
        static func jump(_ distance: Int) -> Instruction { Instruction(0x05, UInt32(distance)) }
        static func jumpIfEqual(_ value: UInt32, ifTrue: Int, ifFalse: Int) -> Instruction {
            Instruction(0x15, value, ifTrue: UInt8(ifTrue), ifFalse: UInt8(ifFalse))
        }
        static func jumpIfAtLeast(_ value: UInt32, ifTrue: Int, ifFalse: Int) -> Instruction {
            Instruction(0x35, value, ifTrue: UInt8(ifTrue), ifFalse: UInt8(ifFalse))
        }
        static let killProcess = Instruction(0x06, 0x8000_0000)
        static func give(_ verdict: SeccompPolicy.Verdict) -> Instruction {
            switch verdict {
            case .allow: Instruction(0x06, 0x7FFF_0000)
            case .fail(let errno): Instruction(0x06, 0x0005_0000 | UInt32(errno.code))
            case .ask: Instruction(0x06, 0x7FC0_0000)
            }
        }

        package var encoded: UInt64 {
            UInt64(code) | UInt64(ifTrue) << 16 | UInt64(ifFalse) << 24 | UInt64(operand) << 32
        }
    }

    /// Code that finds the segment of the number in the accumulator.
    static func search(_ segments: ArraySlice<Segment>) -> [Instruction] {
        guard segments.count > 1 else { return segments.first.map { decide($0.rule) } ?? [] }
        let middle = segments.startIndex + segments.count / 2
        let below = search(segments[..<middle])
        let above = search(segments[middle...])
        let first = segments[middle].first
        // A conditional jump reaches 255 instructions; an unconditional one reaches all.
        guard below.count > 255 else {
            return [.jumpIfAtLeast(first, ifTrue: below.count, ifFalse: 0)] + below + above
        }
        return [.jumpIfAtLeast(first, ifTrue: 0, ifFalse: 1), .jump(below.count)] + below + above
    }

    private static func decide(_ rule: SeccompPolicy.Rule) -> [Instruction] {
        rule.clauses.flatMap { clause in test(clause.conditions[...], then: .give(clause.verdict)) }
            + [.give(rule.otherwise)]
    }

    /// Code that reaches `verdict` if all conditions hold, else its own end.
    private static func test(_ conditions: ArraySlice<SeccompPolicy.Condition>, then verdict: Instruction)
        -> [Instruction]
    {
        guard let condition = conditions.first else { return [verdict] }
        let rest = test(conditions.dropFirst(), then: verdict)
        var code = [Instruction.load(argument: condition.argument, condition.half)]
        if condition.mask != .max { code.append(.and(condition.mask)) }
        for (index, value) in condition.values.enumerated() {
            let remaining = condition.values.count - 1 - index
            let skipAll = remaining + rest.count
            let isLast = remaining == 0
            if condition.matchesWhenEqual {
                code.append(.jumpIfEqual(value, ifTrue: remaining, ifFalse: isLast ? skipAll : 0))
            } else {
                code.append(.jumpIfEqual(value, ifTrue: skipAll, ifFalse: 0))
            }
        }
        return code + rest
    }
}

extension SeccompFilter.Instruction: CustomStringConvertible {
    package var description: String {
        let number = "0x" + String(operand, radix: 16)
        switch code {
        case 0x20: return "load [\(operand)]"
        case 0x54: return "and \(number)"
        case 0x05: return "jump +\(operand)"
        case 0x15: return "jump if == \(number), +\(ifTrue) else +\(ifFalse)"
        case 0x35: return "jump if >= \(number), +\(ifTrue) else +\(ifFalse)"
        default: return "return " + Self.action(operand)
        }
    }

    private static func action(_ value: UInt32) -> String {
        switch value {
        case 0x7FFF_0000: "allow"
        case 0x8000_0000: "kill process"
        case 0x7FC0_0000: "ask the listener"
        default: "errno \(value & 0xFFFF)"
        }
    }
}
