import CLinux
package import LinuxKernel

/// The system calls of a sandbox: what ordinary programs and compilers need, from Docker's default profile, minus what
/// reaches beyond the sandbox or has been the door to kernel bugs.
///
/// Rule 13 of the threat model: what benign programs probe gets the error that the kernel itself gives when the feature
/// is off or not permitted, so that they fall back; nothing is killed but callers of another architecture. The keeper
/// lives under the same filter, before it runs the first program. Every call that we know is in exactly one list
/// here; what we do not know is ENOSYS, as on an older kernel.
package enum SandboxSyscalls {
    package static let policy = SeccompPolicy(
        allowed: allowed,
        refused: Dictionary(uniqueKeysWithValues: notPermitted.map { ($0, Errno(EPERM)) })
            .merging(absent.map { ($0, Errno(ENOSYS)) }) { first, _ in first }
            .merging(withoutEffect.map { ($0, Errno(0)) }) { first, _ in first },
        rules: rules,
        unknown: Errno(ENOSYS))

    static let allowed: Set<Syscall> = files.union(memory).union(processes).union(identity).union(signals)
        .union(time).union(network).union(interprocess).union(scheduling).union(ownSandbox)

    private static let files: Set<Syscall> = [
        .access, .chdir, .chmod, .chown, .close, .close_range, .copy_file_range, .creat, .dup, .dup2, .dup3,
        .epoll_create, .epoll_create1, .epoll_ctl, .epoll_ctl_old, .epoll_pwait, .epoll_pwait2, .epoll_wait,
        .epoll_wait_old, .eventfd, .eventfd2, .faccessat, .faccessat2, .fadvise64, .fallocate, .fchdir, .fchmod,
        .fchmodat, .fchmodat2, .fchown, .fchownat, .fdatasync, .fgetxattr, .flistxattr, .flock,
        .fremovexattr, .fsetxattr, .fstat, .fstatfs, .fsync, .ftruncate, .futimesat, .getcwd, .getdents,
        .getdents64, .getxattr, .getxattrat,
        .lchown, .lgetxattr, .link, .linkat, .listxattr, .listxattrat, .llistxattr, .lremovexattr, .lseek,
        .lsetxattr, .lstat, .mkdir, .mkdirat, .newfstatat, .open, .openat, .openat2, .pipe, .pipe2, .poll, .ppoll,
        .pread64, .preadv, .preadv2, .pselect6, .pwrite64, .pwritev, .pwritev2, .read, .readahead, .readlink,
        .readlinkat, .readv, .removexattr, .removexattrat, .rename, .renameat, .renameat2, .rmdir, .select,
        .sendfile, .setxattr, .setxattrat, .splice, .stat, .statfs, .statx, .symlink, .symlinkat,
        .sync_file_range, .tee, .truncate, .umask, .unlink, .unlinkat, .utime, .utimensat, .utimes, .vmsplice,
        .write, .writev,
    ]

    private static let memory: Set<Syscall> = [
        .brk, .madvise, .map_shadow_stack, .membarrier, .memfd_create, .mincore, .mlock, .mlock2, .mlockall, .mmap,
        .mprotect, .mremap, .mseal, .msync, .munlock, .munlockall, .munmap, .pkey_alloc, .pkey_free,
        .pkey_mprotect, .remap_file_pages,
    ]

    private static let processes: Set<Syscall> = [
        .arch_prctl, .execve, .execveat, .exit, .exit_group, .fork, .futex, .futex_requeue, .futex_wait,
        .futex_waitv, .futex_wake, .get_robust_list, .get_thread_area, .getpgid, .getpgrp, .getpid, .getppid,
        .getrlimit, .getrusage, .getsid, .gettid, .pidfd_open, .restart_syscall, .rseq, .set_robust_list,
        .set_thread_area, .set_tid_address, .setpgid, .setsid, .vfork, .wait4, .waitid,
    ]

    /// A sandbox maps one user, and nobody in it has a capability: these can change nothing but succeed where harmless.
    private static let identity: Set<Syscall> = [
        .capget, .capset, .getegid, .geteuid, .getgid, .getgroups, .getresgid, .getresuid, .getuid, .setfsgid,
        .setfsuid, .setgid, .setgroups, .setregid, .setresgid, .setresuid, .setreuid, .setuid,
    ]

    /// A process identifier reaches no further than the sandbox, and its process 1 takes no signal from within.
    private static let signals: Set<Syscall> = [
        .kill, .pause, .pidfd_send_signal, .rt_sigaction, .rt_sigpending, .rt_sigprocmask, .rt_sigqueueinfo,
        .rt_sigreturn, .rt_sigsuspend, .rt_sigtimedwait, .rt_tgsigqueueinfo, .sigaltstack, .signalfd, .signalfd4,
        .tgkill, .tkill,
    ]

    private static let time: Set<Syscall> = [
        .alarm, .clock_getres, .clock_gettime, .clock_nanosleep, .getitimer, .gettimeofday, .nanosleep, .setitimer,
        .time, .timer_create, .timer_delete, .timer_getoverrun, .timer_gettime, .timer_settime, .timerfd_create,
        .timerfd_gettime, .timerfd_settime, .times,
    ]

    private static let network: Set<Syscall> = [
        .accept, .accept4, .bind, .connect, .getpeername, .getsockname, .getsockopt, .listen, .recvfrom, .recvmmsg,
        .recvmsg, .sendmmsg, .sendmsg, .sendto, .shutdown,
    ]

    /// System V and POSIX objects live in the sandbox's namespace and die with it.
    private static let interprocess: Set<Syscall> = [
        .mq_getsetattr, .mq_notify, .mq_open, .mq_timedreceive, .mq_timedsend, .mq_unlink, .msgctl, .msgget, .msgrcv,
        .msgsnd, .semctl, .semget, .semop, .semtimedop, .shmat, .shmctl, .shmdt, .shmget,
    ]

    private static let scheduling: Set<Syscall> = [
        .getcpu, .getpriority, .ioprio_get, .sched_get_priority_max, .sched_get_priority_min, .sched_getaffinity,
        .sched_getattr, .sched_getparam, .sched_getscheduler, .sched_rr_get_interval, .sched_yield,
    ]

    /// What a program may ask of the system, and the means to confine itself further.
    private static let ownSandbox: Set<Syscall> = [
        .getrandom, .landlock_add_rule, .landlock_create_ruleset, .landlock_restrict_self, .seccomp, .sysinfo,
        .uname,
    ]

    /// EPERM: what the kernel answers to a caller without the privilege.
    static let notPermitted: Set<Syscall> = [
        // other processes' memory and descriptors
        .kcmp, .migrate_pages, .move_pages, .pidfd_getfd, .process_madvise, .process_mrelease, .process_vm_readv,
        .process_vm_writev, .ptrace,
        // namespaces, mounts and roots
        .chroot, .fsconfig, .fsmount, .fsopen, .fspick, .mount, .mount_setattr, .move_mount, .open_tree,
        .open_tree_attr, .pivot_root, .setns, .umount2, .unshare,
        // files by a number that no path leads to, and watching whole file systems
        .fanotify_init, .fanotify_mark, .name_to_handle_at, .open_by_handle_at, .quotactl, .quotactl_fd,
        // kernel facilities with a large surface; keys are not namespaced by sandbox
        .add_key, .bpf, .keyctl, .perf_event_open, .request_key, .userfaultfd,
        // placement of memory on nodes: libnuma takes EPERM for a machine without nodes
        .get_mempolicy, .mbind, .set_mempolicy, .set_mempolicy_home_node,
        // the machine
        .acct, .adjtimex, .clock_adjtime, .clock_settime, .delete_module, .finit_module, .init_module, .ioperm,
        .iopl, .kexec_file_load, .kexec_load, .modify_ldt, .reboot, .setdomainname, .sethostname, .settimeofday,
        .swapoff, .swapon, .syslog, .vhangup,
    ]

    /// ENOSYS: as if the kernel had been built without it.
    static let absent: Set<Syscall> = [
        // its flags lie in memory, where a filter cannot look; libc falls back to clone
        .clone3,
        // more kernel bugs than any other facility in recent years; every runtime falls back
        .io_uring_enter, .io_uring_register, .io_uring_setup,
        // the number of requests is limited for the whole host (fs.aio-max-nr), so one sandbox could use up all
        .io_cancel, .io_destroy, .io_getevents, .io_pgetevents, .io_setup, .io_submit,
        // events of files: those of /usr are shared, so it would tell which programs other sandboxes start, and when;
        // `tail -f` and its like go over to looking again and again
        .inotify_add_watch, .inotify_init, .inotify_init1, .inotify_rm_watch,
        // memory that the host's tools cannot see
        .memfd_secret,
        // a view of page cache, mounts and security modules that are the host's
        .cachestat, .listmount, .lsm_get_self_attr, .lsm_list_modules, .lsm_set_self_attr, .statmount,
        .file_getattr, .file_setattr, .lookup_dcookie, .sysfs, .ustat,
        // gone from the kernel, or never there
        ._sysctl, .afs_syscall, .create_module, .get_kernel_syms, .getpmsg, .nfsservctl, .putpmsg, .query_module,
        .security, .tuxcall, .uselib, .vserver,
    ]

    /// Success without effect: both would write out file systems of the host, for which every other sandbox would wait.
    static let withoutEffect: Set<Syscall> = [.sync, .syncfs]
}
