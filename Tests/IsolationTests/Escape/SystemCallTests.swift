import Isolation
import LinuxKernel
import Testing

/// Calls by which others have left their sandbox: each is refused in a real one, and its harmless relative works.
@Suite(.serialized) struct SystemCallTests {
    @Test(arguments: Group.allCases)
    func dangerousCallsAreRefused(_ group: Group) async throws {
        let attempts = group.attempts.compactMap { $0 }
        try await withEngine { engine in
            let answers = try await engine.calls(attempts)
            #expect(answers.count == attempts.count)
            for (attempt, answer) in zip(attempts, answers) {
                let isExpected =
                    engine.isolation.level == .namespaces
                    ? answer == attempt.expected
                        // Where more is refused, and with other errors: what is refused there must be refused here.
                    : attempt.expected == "ok" || answer != "ok"
                #expect(isExpected, "\(attempt.name) \(attempt.arguments.map(\.line)): \(answer)")
            }
        }
    }

    enum Group: CaseIterable, Sendable {
        case otherProcesses, namespacesAndMounts, files, kernel, machine, terminals, keeper, ownSandbox

        var attempts: [SystemCallAttempt?] {
            switch self {
            case .otherProcesses: Attacks.otherProcesses
            case .namespacesAndMounts: Attacks.namespacesAndMounts
            case .files: Attacks.files
            case .kernel: Attacks.kernel
            case .machine: Attacks.machine
            case .terminals: Attacks.terminals
            case .keeper: Attacks.keeper
            case .ownSandbox: Attacks.ownSandbox
            }
        }
    }

    #if arch(x86_64)
        /// Numbers mean other calls there, so a filter that forgot them would let anything through.
        @Test func callsOfOtherArchitecturesAreRefused() async throws {
            try await withEngine { engine in
                let x32: UInt32 = 0x4000_0000
                let answers = try await engine.calls([
                    SystemCallAttempt(number: x32 | 39, named: "getpid of x32", expecting: "ENOSYS"),
                    SystemCallAttempt(number: x32 | 521, named: "ptrace of x32", expecting: "ENOSYS"),
                    SystemCallAttempt(number: 39, named: "getpid", expecting: "ok"),
                    SystemCallAttempt(number: 4000, named: "a number of the future", expecting: "ENOSYS"),
                ])
                #expect(answers == ["ENOSYS", "ENOSYS", "ok", "ENOSYS"])
                let foreign = try await engine.compiled(foreignCallProgram)
                #expect(foreign.outcome == .signaled && foreign.signal == "SIGSYS")
            }
        }

        private var foreignCallProgram: String {
            """
            int main(void) {
                long result = 20; /* getpid of i386 */
                __asm__ volatile("int $0x80" : "+a"(result) : : "memory");
                return 0;
            }
            """
        }
    #endif
}

/// The table: call, arguments, answer.
private enum Attacks {
    typealias Try = SystemCallAttempt

    static let otherProcesses: [Try?] = [
        Try(.ptrace, 0, 0, 0, 0, expecting: "EPERM"),
        Try(.ptrace, 16, 1, 0, 0, expecting: "EPERM"),
        Try(.ptrace, 0x4206, 1, 0, 0, expecting: "EPERM"),
        Try(.process_vm_readv, 1, .page, 1, .page, 1, 0, expecting: "EPERM"),
        Try(.process_vm_writev, 1, .page, 1, .page, 1, 0, expecting: "EPERM"),
        Try(.pidfd_getfd, 0, 0, 0, expecting: "EPERM"),
        Try(.kcmp, 1, 1, 0, 0, 0, expecting: "EPERM"),
        Try(.process_madvise, 0, .page, 1, 4, 0, expecting: "EPERM"),
        Try(.process_mrelease, 0, 0, expecting: "EPERM"),
        Try(.move_pages, 1, 0, 0, 0, 0, 0, expecting: "EPERM"),
        Try(.migrate_pages, 1, 8, .page, .page, expecting: "EPERM"),
        // a process may look at its own
        Try(.pidfd_open, 1, 0, expecting: "ok"),
        Try(.getpgid, 0, expecting: "ok"),
        Try(.getsid, 0, expecting: "ok"),
    ]

    /// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
    private static let namespaces = [
        0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
    ]

    static let namespacesAndMounts: [Try?] = newNamespaces + mounts

    private static let newNamespaces: [Try?] = {
        var attempts: [Try?] = [
            Try(.unshare, 0x80, expecting: "EPERM"),
            Try(.clone3, .page, 88, expecting: "ENOSYS"),
            Try(.setns, 0, 0, expecting: "EPERM"),
            Try(.clone, 17, 0, 0, 0, 0, expecting: "ok"),
        ]
        for flag in namespaces {
            attempts.append(Try(.unshare, .number(flag), expecting: "EPERM"))
            attempts.append(Try(.clone, .number(flag | 17), 0, 0, 0, 0, expecting: "EPERM"))
        }
        return attempts
    }()

    private static let mounts: [Try?] = [
        Try(.mount, "none", "/tmp", "tmpfs", 0, 0, expecting: "EPERM"),
        Try(.mount, "/tmp", "/usr", 0, 0x1000, 0, expecting: "EPERM"),
        Try(.mount, 0, "/usr", 0, 0x1020, 0, expecting: "EPERM"),
        Try(.umount2, "/proc/cpuinfo", 0, expecting: "EPERM"),
        Try(.umount2, "/workspace", 2, expecting: "EPERM"),
        Try(.pivot_root, ".", ".", expecting: "EPERM"),
        Try(.chroot, "/tmp", expecting: "EPERM"),
        Try(.open_tree, -100, "/", 1, expecting: "EPERM"),
        Try(.move_mount, -100, "/tmp", -100, "/usr", 0, expecting: "EPERM"),
        Try(.mount_setattr, -100, "/", 0, .page, 32, expecting: "EPERM"),
        Try(.fsopen, "tmpfs", 0, expecting: "EPERM"),
        Try(.fsmount, 0, 0, 0, expecting: "EPERM"),
        Try(.fsconfig, 0, 6, 0, 0, 0, expecting: "EPERM"),
        Try(.fspick, -100, "/", 0, expecting: "EPERM"),
        Try(.statmount, .page, .page, 512, 0, expecting: "ENOSYS"),
        Try(.listmount, .page, .page, 8, 0, expecting: "ENOSYS"),
        // looking is free
        Try(.statfs, "/", .page, expecting: "ok"),
        Try(.chdir, "/tmp", expecting: "ok"),
    ]

    static let files: [Try?] = [
        Try(.name_to_handle_at, -100, "/usr", .page, .page, 0, expecting: "EPERM"),
        Try(.open_by_handle_at, -100, .page, 0, expecting: "EPERM"),
        Try(.fanotify_init, 0, 0, expecting: "EPERM"),
        Try(.quotactl, 0, "/dev/vda", 0, .page, expecting: "EPERM"),
        Try(.setxattr, "/workspace/program", "trusted.x", .page, 1, 0, expecting: "EPERM"),
        Try(.mknodat, -100, "device", 0o20666, 0x103, expecting: "EPERM"),
        Try(.chown, "/workspace/program", 0, 0, expecting: "EINVAL"),
        Try(.mknodat, -100, "fifo", 0o10666, 0, expecting: "ok"),
        Try(.chown, "/workspace/program", 1000, 1000, expecting: "ok"),
        Try(.openat, -100, "/workspace/program", 0, 0, expecting: "ok"),
    ]

    static let kernel: [Try?] = [
        Try(.bpf, 0, .page, 48, expecting: "EPERM"),
        Try(.perf_event_open, .page, 0, -1, -1, 0, expecting: "EPERM"),
        Try(.userfaultfd, 1, expecting: "EPERM"),
        Try(.io_uring_setup, 8, .page, expecting: "ENOSYS"),
        Try(.io_uring_enter, 0, 0, 0, 0, 0, 0, expecting: "ENOSYS"),
        Try(.io_uring_register, 0, 0, 0, 0, expecting: "ENOSYS"),
        Try(.io_setup, 8, .page, expecting: "ENOSYS"),
        Try(.memfd_secret, 0, expecting: "ENOSYS"),
        Try(.keyctl, 0, -3, 0, 0, 0, expecting: "EPERM"),
        Try(.add_key, "user", "name", .page, 1, -3, expecting: "EPERM"),
        Try(.request_key, "user", "name", 0, -3, expecting: "EPERM"),
        Try(.modify_ldt, 0, .page, 16, expecting: "EPERM"),
        Try(.prctl, 35, 8, 0, 0, 0, expecting: "EINVAL"),
        Try(.prctl, 59, 1, 0, 0, 0, expecting: "EINVAL"),
        Try(.prctl, 67, 1, 0, 0, 0, expecting: "EINVAL"),
        Try(.personality, 0x0040_0000, expecting: "EPERM"),
        Try(.personality, 0x0010_0000, expecting: "EPERM"),
        Try(.cachestat, 0, .page, .page, 0, expecting: "ENOSYS"),
        Try(.personality, 0xFFFF_FFFF, expecting: "ok"),
        Try(.personality, 0x0004_0000, expecting: "ok"),
        Try(.memfd_create, "memory", 0, expecting: "ok"),
        Try(.eventfd2, 0, 0, expecting: "ok"),
        Try(.epoll_create1, 0, expecting: "ok"),
        Try(.prctl, 15, "name", 0, 0, 0, expecting: "ok"),
    ]

    static let machine: [Try?] = [
        Try(.reboot, 0xFEE1_DEAD, 672274793, 0x0123_4567, 0, expecting: "EPERM"),
        Try(.kexec_load, 0, 0, 0, 0, expecting: "EPERM"),
        Try(.kexec_file_load, 0, 0, 0, 0, 0, expecting: "EPERM"),
        Try(.init_module, .page, 0, "", expecting: "EPERM"),
        Try(.finit_module, 0, "", 0, expecting: "EPERM"),
        Try(.delete_module, "name", 0, expecting: "EPERM"),
        Try(.swapon, "/workspace/program", 0, expecting: "EPERM"),
        Try(.swapoff, "/workspace/program", expecting: "EPERM"),
        Try(.acct, "/workspace/program", expecting: "EPERM"),
        Try(.syslog, 3, .page, 4096, expecting: "EPERM"),
        Try(.iopl, 3, expecting: "EPERM"),
        Try(.ioperm, 0, 8, 1, expecting: "EPERM"),
        Try(.settimeofday, .page, 0, expecting: "EPERM"),
        Try(.clock_settime, 0, .page, expecting: "EPERM"),
        Try(.adjtimex, .page, expecting: "EPERM"),
        Try(.sethostname, "host", 4, expecting: "EPERM"),
        Try(.setdomainname, "host", 4, expecting: "EPERM"),
        Try(.vhangup, expecting: "EPERM"),
        // only for oneself, and asking is free
        Try(.sync, expecting: "ok"),
        Try(.uname, .page, expecting: "ok"),
        Try(.clock_gettime, 0, .page, expecting: "ok"),
        Try(.sysinfo, .page, expecting: "ok"),
    ]

    /// TIOCSTI and TIOCLINUX, also with high bits that the kernel does not look at; a pipe has no window size.
    static let terminals: [Try?] = [
        Try(.ioctl, 0, 0x5412, "x", expecting: "EPERM"),
        Try(.ioctl, 0, 0x541C, "x", expecting: "EPERM"),
        Try(.ioctl, 0, 0x1_0000_5412, "x", expecting: "EPERM"),
        Try(.ioctl, 0, 0x5413, .page, expecting: "ENOTTY"),
        Try(.ioctl, 0, 0x541B, .page, expecting: "ok"),
    ]

    /// Calls that ask for nothing but the same user.
    static let keeper: [Try?] = [
        Try(.prlimit64, 1, 7, .page, 0, expecting: "EPERM"),
        Try(.prlimit64, 0x1_0000_0001, 7, .page, 0, expecting: "EPERM"),
        Try(.setpriority, 0, 1, 19, expecting: "EPERM"),
        Try(.setpriority, 1, 1, 19, expecting: "EPERM"),
        Try(.setpriority, 2, 0, 19, expecting: "EPERM"),
        Try(.setpriority, 2, 1000, 19, expecting: "EPERM"),
        Try(.ioprio_set, 1, 1, 0x6000, expecting: "EPERM"),
        Try(.ioprio_set, 3, 1000, 0x6000, expecting: "EPERM"),
        Try(.sched_setaffinity, 1, 8, .page, expecting: "EPERM"),
        Try(.sched_setscheduler, 1, 5, .page, expecting: "EPERM"),
        Try(.sched_setparam, 1, .page, expecting: "EPERM"),
        Try(.sched_setattr, 1, .page, 0, expecting: "EPERM"),
        Try(.setpgid, 1, 0, expecting: "ESRCH"),
        Try(.setpriority, 0, 0, 5, expecting: "ok"),
        Try(.sched_setscheduler, 0, 5, .page, expecting: "ok"),
        Try(.prlimit64, 0, 7, 0, .page, expecting: "ok"),
        Try(.getpriority, 0, 1, expecting: "ok"),
    ]

    /// No identity but one's own, and further walls are welcome.
    static let ownSandbox: [Try?] = [
        Try(.setuid, 0, expecting: "EINVAL"),
        Try(.setresuid, 0, 0, 0, expecting: "EINVAL"),
        Try(.setgid, 0, expecting: "EINVAL"),
        Try(.setgroups, 0, 0, expecting: "EPERM"),
        Try(.prctl, 24, 0, 0, 0, 0, expecting: "EPERM"),
        Try(.prctl, 39, 0, 0, 0, 0, expecting: "ok"),
        Try(.setuid, 1000, expecting: "ok"),
        Try(.setresgid, 1000, 1000, 1000, expecting: "ok"),
        Try(.seccomp, 2, 0, .page, expecting: "ok"),
    ]
}
