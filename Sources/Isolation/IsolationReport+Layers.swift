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
}
