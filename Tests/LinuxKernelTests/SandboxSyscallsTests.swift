import CLinux
import Isolation
import LinuxKernel
import Testing

/// The filter of every sandbox in a real kernel: what is refused, with which error, and the harmless twin that works.
@Suite struct SandboxSyscallsTests {
    typealias Call = (Syscall, [SystemCallProbe.Argument])

    private func answers(_ calls: [Call]) throws -> [Int] {
        let answers = try SystemCallProbe.answers(
            SeccompFilter(SandboxSyscalls.policy), calls, in: try ScratchFolder())
        return try #require(answers, "the probe died")
    }

    @Test func callsThatReachBeyondTheSandboxAreNotPermitted() throws {
        let calls = SandboxSyscalls.policy.refused.filter {
            $0.value == Errno(EPERM) && $0.key.number(on: .current) != nil
        }
        .map { ($0.key, [SystemCallProbe.Argument.number(-1), .number(-1), .number(-1), .number(-1)]) }
        #expect(calls.count > 50)
        for (call, answer) in zip(calls, try answers(calls)) { #expect(answer == Int(-EPERM), "\(call.0.rawValue)") }
    }

    @Test func callsThatRuntimesFallBackFromLookAbsent() throws {
        let calls = SandboxSyscalls.policy.refused.filter {
            $0.value == Errno(ENOSYS) && $0.key.number(on: .current) != nil
        }
        .map { ($0.key, [SystemCallProbe.Argument.number(8), .buffer]) }
        for (call, answer) in zip(calls, try answers(calls)) { #expect(answer == Int(-ENOSYS), "\(call.0.rawValue)") }
    }

    @Test func newNamespacesAreRefusedAndChildrenAreNot() throws {
        let namespaces: [Int64] = [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000]
        for flag in namespaces {
            #expect(try answers([(.clone, [.number(flag | 17), 0, 0, 0, 0])]) == [Int(-EPERM)])
        }
        let child = try answers([(.clone, [17, 0, 0, 0, 0]), (.wait4, [-1, 0, 0, 0])])
        #expect(child[0] > 1 && child[1] == child[0])
    }

    @Test func onlyLocalTCPUDPAndRouteSocketsOpen() throws {
        let open: [(Int64, Int64, Int64)] = [
            (1, 1, 0), (1, 2, 0), (1, 5, 0), (2, 1, 0), (2, 1, 6), (2, 2, 17), (10, 0x80001, 0), (10, 0x80802, 0),
            (16, 3, 0),
        ]
        for answer in try answers(open.map { (.socket, [.number($0.0), .number($0.1), .number($0.2)]) }) {
            // a kernel without IPv6 says so itself
            #expect(answer > 2 || answer == Int(-EAFNOSUPPORT))
        }
        let refused: [(Int64, Int64, Int64, Int32)] = [
            (17, 3, 0, EAFNOSUPPORT), (38, 5, 0, EAFNOSUPPORT), (40, 1, 0, EAFNOSUPPORT), (16, 3, 12, EAFNOSUPPORT),
            (29, 3, 1, EAFNOSUPPORT), (2, 3, 1, EPERM), (10, 3, 58, EPERM), (2, 1, 132, EPROTONOSUPPORT),
            (2, 2, 1, EPROTONOSUPPORT), (44, 3, 0, EAFNOSUPPORT),
        ]
        let result = try answers(refused.map { (.socket, [.number($0.0), .number($0.1), .number($0.2)]) })
        #expect(result == refused.map { Int(-$0.3) })
        #expect(
            try answers([(.socketpair, [1, 1, 0, .buffer]), (.socketpair, [2, 1, 0, .buffer])]) == [
                0, Int(-EAFNOSUPPORT),
            ])
    }

    @Test func aTerminalCannotBeTypedInto() throws {
        let calls: [Call] = [
            (.ioctl, [0, 0x5412, .buffer]), (.ioctl, [0, 0x541C, .buffer]),
            (.ioctl, [0, .number(0x1_0000_5412), .buffer]),
            (.ioctl, [0, 0x5413, .buffer]), (.ioctl, [0, 0x541B, .buffer]),
        ]
        // standard input is a pipe: it has no window size (ENOTTY) but tells how much there is to read (FIONREAD)
        #expect(try answers(calls) == [Int(-EPERM), Int(-EPERM), Int(-EPERM), Int(-ENOTTY), 0])
    }

    @Test func theKeeperIsOutOfReachAndOnesOwnProcessIsNot() throws {
        let refused: [Call] = [
            (.prlimit64, [1, 7, .buffer, 0]), (.sched_setaffinity, [1, 8, .buffer]),
            (.sched_setscheduler, [1, 0, .buffer]),
            (.sched_setparam, [1, .buffer]), (.sched_setattr, [1, .buffer, 0]), (.setpriority, [0, 1, 19]),
            (.setpriority, [1, 1, 19]), (.setpriority, [2, 0, 19]), (.ioprio_set, [1, 1, 0]), (.ioprio_set, [3, 0, 0]),
            (.prlimit64, [.number(0x1_0000_0001), 7, .buffer, 0]),
        ]
        #expect(try answers(refused) == refused.map { _ in Int(-EPERM) })
        let own: [Call] = [
            (.prlimit64, [0, 7, 0, .buffer]), (.sched_getaffinity, [0, 128, .buffer]),
            (.sched_setscheduler, [0, 0, .buffer]),
            (.setpriority, [0, 0, 1]), (.ioprio_set, [1, 0, 0]),
        ]
        #expect(try answers(own).allSatisfy { $0 >= 0 })
    }

    @Test func nodesAreFilesFIFOsAndSocketsOnly() throws {
        let scratch = try ScratchFolder()
        func node(_ name: String, _ mode: Int64) -> Call {
            (.mknodat, [-100, .text(scratch.path + "/" + name), .number(mode), 0x103])
        }
        let calls = [
            node("file", 0o100600), node("fifo", 0o010600), node("socket", 0o140600), node("null", 0o020600),
            node("disk", 0o060600),
        ]
        #expect(try answers(calls) == [0, 0, 0, Int(-EPERM), Int(-EPERM)])
    }

    @Test func processOptionsAndPersonalitiesOfProgramsWork() throws {
        let calls: [Call] = [
            (.prctl, [15, .text("name"), 0, 0, 0]), (.prctl, [3, 0, 0, 0, 0]), (.prctl, [38, 1, 0, 0, 0]),
            (.prctl, [35, 1, 0, 0, 0]), (.prctl, [62, 0, 0, 0, 0]), (.prctl, [59, 0, 0, 0, 0]),
            (.personality, [0xFFFF_FFFF]), (.personality, [0x40000]), (.personality, [0]), (.personality, [0x40_0000]),
            (.personality, [0x10_0000]),
        ]
        #expect(
            try answers(calls) == [
                0, 1, 0, Int(-EINVAL), Int(-EINVAL), Int(-EINVAL), 0, 0, 0x40000, Int(-EPERM), Int(-EPERM),
            ])
    }

    @Test func syncSucceedsWithoutTouchingTheHost() throws {
        // a descriptor that does not exist would be EBADF if the call took place
        #expect(try answers([(.sync, []), (.syncfs, [1234]), (.fsync, [1234])]) == [0, 0, Int(-EBADF)])
    }

    #if arch(x86_64)
        @Test func callsOfThirtyTwoBitProgramsEndTheProgram() throws {
            let scratch = try ScratchFolder()
            #expect(
                try SystemCallProbe.statusOfForeignCall(SeccompFilter(SandboxSyscalls.policy), in: scratch) == -SIGSYS)
        }
    #endif

    @Test func compilersAndInterpretersRun() throws {
        let scratch = try ScratchFolder()
        let loader = try scratch.file("load.py", Self.loader)
        let bytes = SeccompFilter(SandboxSyscalls.policy).instructions.map { String($0) }.joined(separator: " ")
        try scratch.file("filter", bytes)
        try scratch.file("a.c", "#include <stdio.h>\nint main(void) { return puts(\"compiled\") < 0; }\n")
        let script = """
            cd \(scratch.path) && cc -O2 -pthread a.c -o a && ./a && \
            python3 -c 'import threading,subprocess,os; t=threading.Thread(target=print,args=("thread",)); t.start(); t.join(); \
            print(subprocess.check_output(["echo","child"],text=True),end="")'
            """
        let child = Child("/usr/bin/env", ["python3", loader, scratch.path + "/filter", "/bin/sh", "-c", script])
        #expect(child.output == "compiled\nthread\nchild\n", "\(child.errors)")
        #expect(child.status == 0)
    }

    /// Installs the filter and becomes the program: the least that runs a real program under it.
    private static let loader = """
        import ctypes, os, struct, sys
        libc = ctypes.CDLL(None, use_errno=True)
        words = [int(word) for word in open(sys.argv[1]).read().split()]
        code = ctypes.create_string_buffer(struct.pack("<%dQ" % len(words), *words))
        class Program(ctypes.Structure):
            _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_void_p)]
        program = Program(len(words), ctypes.cast(code, ctypes.c_void_p))
        assert libc.prctl(38, 1, 0, 0, 0) == 0
        assert libc.prctl(22, 2, ctypes.byref(program)) == 0, os.strerror(ctypes.get_errno())
        os.execvp(sys.argv[2], sys.argv[2:])
        """
}

/// The calls of the level landlock.
@Suite struct ConfinedSyscallsTests {
    /// Only these are asked about, and nothing is allowed that the other level refuses.
    @Test(arguments: [1, 2, 3, 6]) func itIsTheOtherPolicyWithLess(_ abi: Int) {
        let confined = SandboxSyscalls.confinedPolicy(abi: abi)
        let asked: Set<Syscall> = [
            .clone, .fork, .vfork, .kill, .tkill, .tgkill, .rt_sigqueueinfo, .rt_tgsigqueueinfo, .chmod, .fchmodat,
            .fchmodat2, .utimensat, .prlimit64, .sched_setaffinity, .sched_setattr, .sched_setparam,
            .sched_setscheduler, .setpriority, .ioprio_set,
        ]
        for call in Syscall.allCases {
            let rule = confined.rule(for: call)
            let verdicts = rule.clauses.map(\.verdict) + [rule.otherwise]
            #expect(verdicts.contains(.ask) == asked.contains(call), "\(call)")
            let before = SandboxSyscalls.policy.rule(for: call)
            let wasAllowed = (before.clauses.map(\.verdict) + [before.otherwise]).contains(.allow)
            if !wasAllowed { #expect(!verdicts.contains(.allow) && !verdicts.contains(.ask), "\(call)") }
        }
        #expect(confined.rule(for: .truncate).otherwise == (abi < 3 ? .fail(Errno(EPERM)) : .allow))
    }

    @Test func addressesAndListenersAreRefused() throws {
        let machine = BPFMachine(program: SeccompFilter(SandboxSyscalls.confinedPolicy(abi: 7)).instructions)
        func answer(_ call: Syscall, _ arguments: UInt64...) throws -> UInt32 {
            try machine.run(
                number: try #require(call.number(on: .current)), architecture: Architecture.current.auditValue,
                arguments: arguments
            ).value
        }
        let (allow, ask) = (UInt32(0x7FFF_0000), UInt32(0x7FC0_0000))
        func fail(_ errno: Int32) -> UInt32 { 0x0005_0000 | UInt32(errno) }
        #expect(try answer(.sendto, 3, 0, 0, 0, 0, 0) == allow)
        #expect(try answer(.sendto, 3, 0, 0, 0, 1, 0) == fail(EPERM))
        #expect(try answer(.sendto, 3, 0, 0, 0, 1 << 40, 0) == fail(EPERM))
        #expect(try answer(.socketpair, 1, 1 | 0x80000, 0) == allow)
        #expect(try answer(.socketpair, 1, 2, 0) == fail(EAFNOSUPPORT))
        #expect(try answer(.seccomp, 1, 0, 0) == allow)
        #expect(try answer(.seccomp, 1, 8, 0) == fail(EBUSY))
        #expect(try answer(.utimensat, 5, 0, 0, 0) == allow)
        #expect(try answer(.utimensat, 5, 1 << 32, 0, 0) == ask)
        #expect(try answer(.clone, 0x1200011) == ask)
        #expect(try answer(.clone, 0x1000_0000) == fail(EPERM))
        #expect(try answer(.prlimit64, 0, 7, 1) == allow)
        #expect(try answer(.prlimit64, 77, 7, 1) == ask)
        #expect(try answer(.fcntl, 3, 8, 1) == fail(EPERM))
        #expect(try answer(.setpriority, 2, 0, 5) == fail(EPERM))
        #expect(try answer(.setpriority, 0, 0, 5) == allow)
        #expect(try answer(.setpriority, 0, 9, 5) == ask)
        #expect(try answer(.memfd_create, 0, 0) == fail(ENOSYS))
    }
}
