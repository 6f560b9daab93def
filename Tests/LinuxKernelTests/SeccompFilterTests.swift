import CLinux
import Isolation
import LinuxKernel
import Testing

/// The program, run by an interpreter, against the policy, read by the shortest possible code.
@Suite struct SeccompFilterTests {
    static let allow: UInt32 = 0x7FFF_0000
    static let killProcess: UInt32 = 0x8000_0000
    static func errno(_ code: Int32) -> UInt32 { 0x0005_0000 | UInt32(code) }

    @Test(arguments: Architecture.allCases)
    func everyNumberGetsWhatThePolicySays(architecture: Architecture) throws {
        let policy = SandboxSyscalls.policy
        let machine = BPFMachine(program: SeccompFilter(policy, architecture: architecture).instructions)
        let calls = Dictionary(
            uniqueKeysWithValues: Syscall.allCases.compactMap { call in call.number(on: architecture).map { ($0, call) }
            })
        for number in UInt32(0)..<512 {
            for arguments in Self.argumentSets {
                let expected = calls[number].map { Self.expected(policy, $0, arguments) } ?? Self.errno(ENOSYS)
                let actual = try machine.run(
                    number: number, architecture: architecture.auditValue, arguments: arguments)
                #expect(actual.value == expected, "\(number) \(calls[number]?.rawValue ?? "unknown")\(arguments)")
            }
        }
    }

    /// All values that any rule looks at, their neighbours, and the same with bits that the kernel ignores, in each place.
    static let argumentSets: [[UInt64]] = {
        let interesting: [UInt64] = [
            0, 1, 2, 3, 4, 5, 6, 10, 16, 17, 35, 38, 62, 132, 0x11, 0x8000, 0x1000, 0x2000, 0x6000, 0x81A4, 0x80001,
            0x1200011, 0x1000_0011, 0x2_0011, 0x7E02_0000, 0x5412, 0x541C, 0x5413, 0xFFFF_FFFF, 0x40000, 0x40_0000,
            0x5356_4D41,
        ]
        let wide = interesting.map { $0 | 0xDEAD_BEEF_0000_0000 }
        var sets: [[UInt64]] = [[]]
        for value in interesting + wide {
            sets += [[value], [0, value], [0, 0, value], [value, value], [value, value, value]]
        }
        for family: UInt64 in [1, 2, 10, 16, 17] {
            for type: UInt64 in [1, 2, 3, 5, 0x80001, 0x80803] {
                for number: UInt64 in [0, 1, 6, 9, 17, 132, 136] { sets.append([family, type, number]) }
            }
        }
        return sets
    }()

    /// The policy, read without any of the filter's code.
    static func expected(_ policy: SeccompPolicy, _ call: Syscall, _ arguments: [UInt64]) -> UInt32 {
        func value(_ verdict: SeccompPolicy.Verdict) -> UInt32 {
            switch verdict {
            case .allow: allow
            case .fail(let error): errno(error.code)
            case .ask: 0x7FC0_0000
            }
        }
        if let rule = policy.rules[call] {
            for clause in rule.clauses {
                let holds = clause.conditions.allSatisfy { condition in
                    let argument = condition.argument < arguments.count ? arguments[condition.argument] : 0
                    let half = UInt32(truncatingIfNeeded: condition.half == .low ? argument : argument >> 32)
                    return condition.values.contains(half & condition.mask) == condition.matchesWhenEqual
                }
                if holds { return value(clause.verdict) }
            }
            return value(rule.otherwise)
        }
        if let error = policy.refused[call] { return errno(error.code) }
        return policy.allowed.contains(call) ? allow : errno(policy.unknown.code)
    }

    @Test(arguments: Architecture.allCases)
    func anotherArchitectureIsKilled(architecture: Architecture) throws {
        let machine = BPFMachine(
            program: SeccompFilter(SandboxSyscalls.policy, architecture: architecture).instructions)
        let others: [UInt32] =
            [0x4000_0003, 0x4000_0028, 0, .max]
            + Architecture.allCases
            .filter { $0 != architecture }.map(\.auditValue)
        for other in others {
            for number: UInt32 in [0, 1, 39, 0x4000_0000] {
                #expect(try machine.run(number: number, architecture: other).value == Self.killProcess)
            }
        }
        #expect(try machine.run(number: 0, architecture: architecture.auditValue).value != Self.killProcess)
    }

    @Test(arguments: Architecture.allCases)
    func numbersBeyondTheTableAreUnknown(architecture: Architecture) throws {
        let machine = BPFMachine(
            program: SeccompFilter(SandboxSyscalls.policy, architecture: architecture).instructions)
        // 0x40000000 starts the x32 interface, whose numbers reach the same kernel code
        for number: UInt32 in [512, 547, 0x4000_0000, 0x4000_0001, 0x4000_0000 + 101, 0x7FFF_FFFF, 0x8000_0000, .max] {
            #expect(try machine.run(number: number, architecture: architecture.auditValue).value == Self.errno(ENOSYS))
        }
    }

    @Test(arguments: Architecture.allCases)
    func noCallTakesManyInstructions(architecture: Architecture) throws {
        let policy = SandboxSyscalls.policy
        let filter = SeccompFilter(policy, architecture: architecture)
        let machine = BPFMachine(program: filter.instructions)
        let ruled = Set(policy.rules.keys.compactMap { $0.number(on: architecture) })
        for number in UInt32(0)..<512 where !ruled.contains(number) {
            let steps = try machine.run(number: number, architecture: architecture.auditValue).steps
            #expect(steps <= 16, "number \(number) takes \(steps) instructions")
        }
        #expect(filter.program.count < 1024)
    }

    /// Linux caches a call as always allowed only if its path loads nothing but the number and the architecture.
    @Test func anAllowedCallNeverLoadsAnArgument() throws {
        let policy = SeccompPolicy(allowed: [.read, .write, .getpid], refused: [:], rules: [:], unknown: Errno(ENOSYS))
        let loads = SeccompFilter(policy).instructions.filter { UInt16(truncatingIfNeeded: $0) == 0x20 }
        #expect(loads.map { UInt32($0 >> 32) } == [4, 0])
    }

    @Test func aFilterLargerThanAConditionalJumpReaches() throws {
        // every second call is allowed, and each rule is long: both halves of the tree exceed 255 instructions
        var policy = SeccompPolicy(allowed: [], refused: [:], rules: [:], unknown: Errno(ENOSYS))
        for (index, call) in Syscall.allCases.enumerated() where index.isMultiple(of: 4) {
            policy.rules[call] = .init(
                .init(.allow, if: .argument(0, is: UInt32(index)), .argument(5, hasAnyOf: 4)),
                otherwise: .fail(Errno(EPERM)))
        }
        let machine = BPFMachine(program: SeccompFilter(policy, architecture: .x86_64).instructions)
        for call in Syscall.allCases {
            guard let number = call.number(on: .x86_64), let index = Syscall.allCases.firstIndex(of: call) else {
                continue
            }
            for arguments: [UInt64] in [[UInt64(index), 0, 0, 0, 0, 6], [UInt64(index)], [0, 0, 0, 0, 0, 4]] {
                let answer = try machine.run(
                    number: number, architecture: Architecture.x86_64.auditValue, arguments: arguments)
                #expect(answer.value == Self.expected(policy, call, arguments))
            }
        }
    }

    @Test func everyKnownCallIsDecidedOnce() {
        let policy = SandboxSyscalls.policy
        for call in Syscall.allCases {
            let places = [policy.allowed.contains(call), policy.refused[call] != nil, policy.rules[call] != nil]
            #expect(places.count { $0 } == 1, "\(call.rawValue)")
        }
    }

    @Test func theListingShowsEachInstruction() {
        let policy = SeccompPolicy(
            allowed: [.read], refused: [:],
            rules: [.write: .init(.init(.fail(Errno(EPERM)), if: .argument(0, mask: 7, is: 2)), otherwise: .allow)],
            unknown: Errno(ENOSYS))
        let listing = """
            0: load [4]
            1: jump if == 0xc000003e, +1 else +0
            2: return kill process
            3: load [0]
            4: jump if >= 0x1, +1 else +0
            5: return allow
            6: jump if >= 0x2, +5 else +0
            7: load [16]
            8: and 0x7
            9: jump if == 0x2, +0 else +1
            10: return errno 1
            11: return allow
            12: return errno 38
            """
        #expect(SeccompFilter(policy, architecture: .x86_64).description == listing)
    }
}
