import LinuxKernel

extension IsolationReport {
    /// The walls of the level `namespaces` with this configuration on this kernel. Each is a set-up step that fails the
    /// sandbox when it cannot be taken, so that what is listed is in force; Landlock alone may be missing.
    init(configuration: EngineConfiguration, cgroups: any CgroupParent) {
        let landlock = LandlockSupport.probe().abi
        self.init(
            level: .namespaces,
            layers: [
                Layer(name: "namespaces", state: "user,mount,pid,network,ipc,uts,cgroup"),
                Layer(name: "root", state: "read_only"),
                Layer(name: "network", state: "loopback"),
                Layer(name: "seccomp", state: "enforced"),
                Layer(name: "landlock", state: landlock > 0 ? "abi\(landlock)" : "unavailable"),
                Layer(name: "cgroup", state: cgroups.version),
                Layer(name: "capabilities", state: "none"),
                Layer(name: "no_new_privileges", state: "enforced"),
                Layer(name: "host_user", state: configuration.isPrivileged ? "per_sandbox" : "shared"),
            ])
    }

    /// The walls of the level landlock with that version of Landlock. What the version cannot enforce is told as
    /// `unavailable`, each wall by itself.
    static func confined(abi: Int, configuration: EngineConfiguration) -> IsolationReport {
        func since(_ version: Int) -> String { abi >= version ? "enforced" : "unavailable" }
        return IsolationReport(
            level: .landlock,
            layers: [
                Layer(name: "namespaces", state: "unavailable"),
                Layer(name: "landlock", state: "abi\(abi)"),
                // Renaming and linking between folders; without it they fail, and nothing is open.
                Layer(name: "landlock_refer", state: since(2)),
                Layer(name: "landlock_truncate", state: since(3)),
                Layer(name: "landlock_tcp", state: since(4)),
                Layer(name: "landlock_device_ioctl", state: since(5)),
                Layer(name: "landlock_scopes", state: since(6)),
                Layer(name: "network", state: "none"),
                Layer(name: "seccomp", state: "enforced"),
                Layer(name: "supervisor", state: "enforced"),
                Layer(name: "cgroup", state: "unavailable"),
                Layer(name: "capabilities", state: "none"),
                Layer(name: "no_new_privileges", state: "enforced"),
                Layer(name: "host_user", state: configuration.isPrivileged ? "shared_by_sandboxes" : "the_servers"),
            ])
    }
}
