import CLinux
import LinuxKernel

extension SandboxSyscalls {
    typealias Clause = SeccompPolicy.Clause
    typealias Rule = SeccompPolicy.Rule

    /// Calls whose arguments decide. Each of these arguments is 32 bits wide or less in the kernel.
    static let rules: [Syscall: Rule] = [
        .clone: Rule(Clause(.fail(Errno(EPERM)), if: .argument(0, hasAnyOf: newNamespaces)), otherwise: .allow),
        .socket: socket,
        .socketpair: Rule(
            Clause(.allow, if: .argument(0, is: family(AF_UNIX))), otherwise: .fail(Errno(EAFNOSUPPORT))),
        .setsockopt: socketOption,
        .ioctl: Rule(
            // They type into a terminal or talk to the console: the way out of a shared terminal (CVE-2017-5226).
            Clause(.fail(Errno(EPERM)), if: .argument(1, is: UInt32(TIOCSTI), UInt32(TIOCLINUX))),
            otherwise: .allow),
        .prctl: Rule(
            Clause(.allow, if: .argument(0, isOneOf: processOptions)),
            otherwise: .fail(Errno(EINVAL))),
        .personality: Rule(
            Clause(.allow, if: .argument(0, isOneOf: personalities)),
            otherwise: .fail(Errno(EPERM))),
        // F_NOTIFY, the inotify of the last century; EINVAL is what a kernel without it answers.
        .fcntl: Rule(Clause(.fail(Errno(EINVAL)), if: .argument(1, is: 1026)), otherwise: .allow),
        .mknod: node(modeArgument: 1),
        .mknodat: node(modeArgument: 2),
        .setrlimit: Rule(Clause(.fail(Errno(0)), if: .argument(0, is: coreLimit)), otherwise: .allow),
        .prlimit64: limits,
        .sched_setaffinity: sparingTheKeeper,
        .sched_setattr: sparingTheKeeper,
        .sched_setparam: sparingTheKeeper,
        .sched_setscheduler: sparingTheKeeper,
        .setpriority: sparingTheKeeper(userKind: 2),
        .ioprio_set: sparingTheKeeper(userKind: 3),
    ]

    /// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET (CLONE_NEWTIME is clone3's alone).
    static let newNamespaces: UInt32 = 0x7E02_0000

    /// Process 1 is the keeper and runs as the same user, which is all that these calls ask for.
    private static let sparingTheKeeper = Rule(
        Clause(.fail(Errno(EPERM)), if: .argument(0, is: 1)), otherwise: .allow)

    /// RLIMIT_CORE
    static let coreLimit: UInt32 = 4

    /// The limit of core dumps stays as it is, 1 byte: for any other value, 0 too, a core pattern that names a program
    /// starts it outside of the sandbox, as root, with what a crashing program has written (core(5)). Success without
    /// effect, because programs with secrets set 0 and refuse to work when they cannot. Asking passes no new value.
    private static let limits = Rule(
        Clause(.fail(Errno(EPERM)), if: .argument(0, is: 1)),
        Clause(.fail(Errno(0)), if: .argument(1, is: coreLimit), .argument(2, hasAnyOf: .max)),
        Clause(.fail(Errno(0)), if: .argument(1, is: coreLimit), .argument(2, .high, hasAnyOf: .max)),
        otherwise: .allow)

    /// The same for calls with a kind and a number: a process or group 1, and all processes of a user.
    private static func sparingTheKeeper(userKind: UInt32) -> Rule {
        Rule(
            Clause(.fail(Errno(EPERM)), if: .argument(1, is: 1)),
            Clause(.fail(Errno(EPERM)), if: .argument(0, is: userKind)),
            otherwise: .allow)
    }

    private static func family(_ value: Int32) -> UInt32 { UInt32(value) }

    /// Local sockets, TCP, UDP and the netlink family of addresses and routes (getifaddrs). Every other family and
    /// protocol is kernel code that a sandbox could make the host load; the errors are those of a kernel without them.
    private static let socket: Rule = {
        let stream: UInt32 = 1
        let datagram: UInt32 = 2
        let raw: UInt32 = 3
        let sequenced: UInt32 = 5
        let kind: UInt32 = 0xF  // without SOCK_CLOEXEC and SOCK_NONBLOCK
        let internet = SeccompPolicy.Condition.argument(0, is: family(AF_INET), family(AF_INET6))
        return Rule(
            Clause(
                .allow, if: .argument(0, is: family(AF_UNIX)), .argument(1, mask: kind, is: stream, datagram, sequenced)
            ),
            Clause(.allow, if: internet, .argument(1, mask: kind, is: stream), .argument(2, is: 0, 6)),
            Clause(.allow, if: internet, .argument(1, mask: kind, is: datagram), .argument(2, is: 0, 17)),
            Clause(.fail(Errno(EPERM)), if: internet, .argument(1, mask: kind, is: raw)),
            Clause(.fail(Errno(EPROTONOSUPPORT)), if: internet),
            Clause(
                .allow, if: .argument(0, is: family(AF_NETLINK)), .argument(1, mask: kind, is: raw, datagram),
                .argument(2, is: 0)),
            otherwise: .fail(Errno(EAFNOSUPPORT)))
    }()

    /// Not what outlives its socket in a network that the next program may get: joining a multicast group sends a report
    /// over loopback some time later, and a flow label lingers for seconds. The errors are those of a machine without an
    /// interface for multicast, and of a kernel without flow labels.
    private static let socketOption: Rule = {
        let ipv4: UInt32 = 0
        let ipv6: UInt32 = 41
        // IP_ADD_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP, IPV6_ADD_MEMBERSHIP, MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP
        return Rule(
            Clause(.fail(Errno(ENODEV)), if: .argument(1, is: ipv4), .argument(2, is: 35, 39, 42, 46)),
            Clause(.fail(Errno(ENODEV)), if: .argument(1, is: ipv6), .argument(2, is: 20, 42, 46)),
            // IPV6_FLOWLABEL_MGR
            Clause(.fail(Errno(ENOPROTOOPT)), if: .argument(1, is: ipv6), .argument(2, is: 32)),
            otherwise: .allow)
    }()

    /// Regular files (also by mode 0), FIFOs and sockets; no device.
    private static func node(modeArgument: Int) -> Rule {
        Rule(
            Clause(.allow, if: .argument(modeArgument, mask: 0xF000, is: 0, 0x8000, 0x1000, 0xC000)),
            otherwise: .fail(Errno(EPERM)))
    }

    /// The query, plain Linux, its 32-bit and 2.6 names, and a fixed address layout (SBCL and debuggers start
    /// themselves again so). Not READ_IMPLIES_EXEC and MMAP_PAGE_ZERO, which make kernel bugs easier to use.
    private static let personalities: [UInt32] = [0xFFFF_FFFF, 0, 0x0008, 0x0002_0000, 0x0002_0008, 0x0004_0000]

    /// Options of prctl by their numbers in linux/prctl.h. Not: PR_SET_MM (rewrites what /proc says about a process),
    /// PR_MCE_KILL, PR_TASK_PERF_EVENTS, PR_IO_FLUSHER, PR_SET_SYSCALL_USER_DISPATCH, PR_SCHED_CORE, PR_SET_MEMORY_MERGE
    /// (shared pages tell what another sandbox has in memory).
    static let processOptions: [UInt32] = [
        1, 2,  // PDEATHSIG
        3, 4,  // DUMPABLE
        5, 6, 9, 10, 11, 12, 13, 14, 19, 20,  // alignment, floating point, timing, endianness
        7, 8,  // KEEPCAPS
        15, 16,  // NAME
        21, 22,  // SECCOMP
        23, 24, 27, 28, 47,  // CAPBSET, SECUREBITS, CAP_AMBIENT
        25, 26,  // TSC
        29, 30,  // TIMERSLACK
        34,  // MCE_KILL_GET
        36, 37,  // CHILD_SUBREAPER
        38, 39,  // NO_NEW_PRIVS
        40,  // GET_TID_ADDRESS
        41, 42,  // THP_DISABLE
        45, 46, 50, 51, 54, 55, 56, 60, 61, 63, 64,  // FP_MODE, SVE, pointer authentication, tagged addresses, SME
        52, 53,  // SPECULATION_CTRL
        65, 66,  // MDWE
        74, 75, 76,  // shadow stacks
        0x5356_4D41,  // SET_VMA: names of mappings
        0x5961_6D61,  // SET_PTRACER: crash handlers
    ]
}
