import LinuxKernel

/// The facts about the kernel as lines of the doctor's report.
struct KernelChecks {
    let checks: [DoctorReport.Check]

    /// `needsGroups`: whether sandboxes stand on control groups, as they do at the level namespaces.
    init(_ features: KernelFeatures, needsGroups: Bool = true) {
        let cgroup = features.cgroupVersion.map { "v\($0)" }
        let landlock = features.landlock.abi
        let actions = features.seccompActions.map(\.rawValue).sorted().joined(separator: ", ")
        checks = [
            .init("kernel", "release", .ok, features.release),
            .init(
                "kernel", "cgroup", cgroup != nil ? .ok : needsGroups ? .missing : .note,
                cgroup ?? features.cgroupProblem?.description ?? "none",
                fix: cgroup == nil ? "mount cgroup v2 with memory, pids and cpu, writable for the server" : nil),
            .init(
                "kernel", "landlock", landlock > 0 ? .ok : .note,
                landlock > 0 ? "ABI \(landlock)" : features.landlock.refusal?.description ?? "unavailable",
                fix: landlock > 0 ? nil : "Linux 5.13 or later with lsm=landlock adds this layer"),
            .init("kernel", "seccomp", actions.isEmpty ? .missing : .ok, actions.isEmpty ? "unavailable" : actions),
            Self.call("clone into cgroup", features.clonesIntoCgroups, "Linux 5.7", isNeeded: needsGroups),
            Self.call("openat2", features.opensBeneath, "Linux 5.6"),
            Self.call("close_range", features.closesRanges, "Linux 5.9"),
        ]
    }

    private static func call(_ name: String, _ isThere: Bool, _ since: String, isNeeded: Bool = true)
        -> DoctorReport.Check
    {
        .init(
            "kernel", name, isThere ? .ok : isNeeded ? .missing : .note, isThere ? "yes" : "no",
            fix: isThere ? nil : "\(since) or later")
    }
}
