import CLinux
package import LinuxKernel

extension SandboxSyscalls {
    /// The calls at the level landlock, where no namespace keeps a number or a name from meaning the server or a neighbour:
    /// those of ``policy``, but for what reaches others by a number, a path that Landlock does not decide, or a name that
    /// everybody has.
    ///
    /// What is asked for goes to the sandbox's supervisor (`CallDecision` in the launcher). `abi` is Landlock's.
    package static func confinedPolicy(abi: Int) -> SeccompPolicy {
        var policy = policy
        policy.rules.merge(confinedRules) { _, confined in confined }
        for (errno, calls) in confinedRefusals {
            for call in calls { policy.refused[call] = errno }
        }
        // By its path it is Landlock's business from version 3 on.
        if abi < 3 { policy.refused[.truncate] = Errno(EPERM) }
        for call in asked { policy.rules[call] = Rule(otherwise: .ask) }
        return policy
    }

    /// Every fork is counted, every signal is looked at, and modes and times are changed by the supervisor.
    private static let asked: Set<Syscall> = [
        .fork, .vfork, .kill, .tkill, .tgkill, .rt_sigqueueinfo, .rt_tgsigqueueinfo, .chmod, .fchmodat, .fchmodat2,
    ]

    private static let confinedRefusals: [(Errno, Set<Syscall>)] = [
        (
            Errno(EPERM),
            [
                // There is no socket but a connected pair.
                .accept, .accept4, .bind, .connect, .listen,
                // By a path, which Landlock does not decide. By a descriptor it works: what is open was allowed.
                .chown, .fchownat, .futimesat, .lchown, .utime, .utimes,
            ]
        ),
        // As on a file system without attributes.
        (
            Errno(EOPNOTSUPP),
            [
                .fremovexattr, .fsetxattr, .lremovexattr, .lsetxattr, .removexattr, .removexattrat, .setxattr,
                .setxattrat,
            ]
        ),
        (
            Errno(ENOSYS),
            [
                // Their names and numbers belong to everybody of the user.
                .mq_getsetattr, .mq_notify, .mq_open, .mq_timedreceive, .mq_timedsend, .mq_unlink, .msgctl, .msgget,
                .msgrcv, .msgsnd, .semctl, .semget, .semop, .semtimedop, .shmat, .shmctl, .shmdt, .shmget,
                // Memory that no process shows while it is not mapped.
                .memfd_create,
                // Signals by a descriptor, whose process the supervisor would not see.
                .pidfd_open, .pidfd_send_signal,
            ]
        ),
    ]

    private static let confinedRules: [Syscall: Rule] = [
        .clone: Rule(Clause(.fail(Errno(EPERM)), if: .argument(0, hasAnyOf: newNamespaces)), otherwise: .ask),
        .socket: Rule(otherwise: .fail(Errno(EACCES))),
        // No datagrams: such a pair can be addressed to others, the server's sockets among them.
        .socketpair: Rule(
            Clause(.allow, if: .argument(0, is: UInt32(AF_UNIX)), .argument(1, mask: 0xF, is: 1, 5)),
            otherwise: .fail(Errno(EAFNOSUPPORT))),
        .sendto: Rule(
            Clause(.fail(Errno(EPERM)), if: .argument(4, hasAnyOf: .max)),
            Clause(.fail(Errno(EPERM)), if: .argument(4, .high, hasAnyOf: .max)),
            otherwise: .allow),
        .utimensat: Rule(
            Clause(.ask, if: .argument(1, hasAnyOf: .max)), Clause(.ask, if: .argument(1, .high, hasAnyOf: .max)),
            otherwise: .allow),
        // A listener of its own would answer in the supervisor's place.
        .seccomp: Rule(Clause(.fail(Errno(EBUSY)), if: .argument(1, hasAnyOf: 1 << 3)), otherwise: .allow),
        // F_NOTIFY; F_SETOWN, F_SETSIG and F_SETOWN_EX, which have the kernel send any signal to anybody.
        .fcntl: Rule(
            Clause(.fail(Errno(EINVAL)), if: .argument(1, is: 1026)),
            Clause(.fail(Errno(EPERM)), if: .argument(1, is: 8, 10, 15)), otherwise: .allow),
        .ioctl: Rule(
            // As at the other level, and FIOSETOWN and SIOCSPGRP, which are F_SETOWN again.
            Clause(.fail(Errno(EPERM)), if: .argument(1, is: UInt32(TIOCSTI), UInt32(TIOCLINUX), 0x8901, 0x8902)),
            otherwise: .allow),
        // PR_SET_DUMPABLE: the supervisor must see what it accounts. Success without effect, as for core dumps.
        .prctl: Rule(
            Clause(.fail(Errno(0)), if: .argument(0, is: 4)),
            Clause(.allow, if: .argument(0, isOneOf: processOptions)), otherwise: .fail(Errno(EINVAL))),
        .prlimit64: Rule(
            Clause(.fail(Errno(0)), if: .argument(1, is: coreLimit), .argument(2, hasAnyOf: .max)),
            Clause(.fail(Errno(0)), if: .argument(1, is: coreLimit), .argument(2, .high, hasAnyOf: .max)),
            Clause(.allow, if: .argument(0, is: 0)), otherwise: .ask),
        .sched_setaffinity: onSelf, .sched_setattr: onSelf, .sched_setparam: onSelf, .sched_setscheduler: onSelf,
        // The kinds are PRIO_PROCESS and PRIO_PGRP, IOPRIO_WHO_PROCESS and IOPRIO_WHO_PGRP.
        .setpriority: onSelf(process: 0, group: 1), .ioprio_set: onSelf(process: 1, group: 2),
    ]

    /// The caller itself by 0; anybody else is asked about.
    private static let onSelf = Rule(Clause(.allow, if: .argument(0, is: 0)), otherwise: .ask)

    private static func onSelf(process: UInt32, group: UInt32) -> Rule {
        Rule(
            Clause(.allow, if: .argument(1, is: 0), .argument(0, is: process, group)),
            Clause(.ask, if: .argument(0, is: process)), otherwise: .fail(Errno(EPERM)))
    }
}
