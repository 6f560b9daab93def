import CLinux

/// The step in which a sandbox's set-up failed, as the launcher or the keeper reports it.
package struct SetupStage: Hashable, Sendable, CustomStringConvertible {
    let code: UInt32

    static let directory = SetupStage(code: STAGE_DIRECTORY.rawValue)
    static let file = SetupStage(code: STAGE_FILE.rawValue)
    package static let write = SetupStage(code: STAGE_WRITE.rawValue)
    static let fork = SetupStage(code: STAGE_FORK.rawValue)
    static let execute = SetupStage(code: STAGE_EXECUTE.rawValue)

    package var description: String {
        Int(code) < Self.names.count ? Self.names[Int(code)] : "stage \(code)"
    }

    /// In the order of `enum setup_stage`.
    private static let names = [
        "nothing", "unexpected message",
        "user namespace", "mount namespace", "mount propagation", "base file system", "pivot_root",
        "detaching the host's root",
        "making a directory", "making a file", "making a link", "bind mount", "read-only mount", "template size",
        "network namespace", "loopback interface", "clone", "identity map",
        "change of identity", "cgroup namespace", "host name", "scratch file system", "proc", "cover", "devpts",
        "workspace", "descriptors", "not dumpable", "dropping capabilities", "no_new_privs", "Landlock",
        "seccomp", "processor affinity",
        "pipe", "fork", "process limits", "working directory", "exec", "signal", "write",
        "lists of children in /proc (CONFIG_PROC_CHILDREN)", "supervisor", "seccomp listener",
    ]
}
