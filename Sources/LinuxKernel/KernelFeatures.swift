import CLinux

/// What the running kernel offers to a sandbox, found by trying it; each is harmless to try and is undone.
///
/// What needs a process of its own to try (user namespaces) is not here.
package struct KernelFeatures: Hashable, Sendable {
    /// As uname(2) gives it, such as `6.1.0-18-amd64`.
    package let release: String
    package let landlock: LandlockSupport
    /// The actions that filters may return, of those that ours use.
    package let seccompActions: Set<SeccompAction>
    /// Nil if no version of control groups has all that is needed; then `cgroupProblem` says why.
    package let cgroupVersion: Int?
    package let cgroupProblem: SystemError?
    package let clonesIntoCgroups: Bool
    package let opensBeneath: Bool
    package let closesRanges: Bool

    package enum SeccompAction: String, CaseIterable, Hashable, Sendable {
        case killProcess = "kill_process"
        case errno
        case allow

        var value: UInt32 {
            switch self {
            case .killProcess: 0x8000_0000
            case .errno: 0x0005_0000
            case .allow: 0x7FFF_0000
            }
        }
    }

    /// Tries everything. Takes about a millisecond.
    package static func probe() throws(SystemError) -> KernelFeatures {
        var version: Int?
        var problem: SystemError?
        do throws(SystemError) { version = try CgroupHierarchy.discover().version } catch { problem = error }
        return KernelFeatures(
            release: try HostFile.text(of: "/proc/sys/kernel/osrelease").split(separator: "\n").first.map(String.init)
                ?? "",
            landlock: .probe(),
            seccompActions: Set(SeccompAction.allCases.filter { linux_seccomp_action_available($0.value) == 0 }),
            cgroupVersion: version, cgroupProblem: problem,
            clonesIntoCgroups: clonesIntoCgroups(), opensBeneath: opensBeneath(), closesRanges: closesRanges())
    }

    /// clone3 with `CLONE_INTO_CGROUP` (Linux 5.7). The descriptor is one that cannot exist, so that no process is made:
    /// a kernel that knows the flag answers EBADF, another one EINVAL or E2BIG, a container's filter ENOSYS or EPERM.
    package static func clonesIntoCgroups() -> Bool { linux_clone3(0, nil, .max) == Int(-EBADF) }

    /// openat2 with `RESOLVE_BENEATH` (Linux 5.6).
    package static func opensBeneath() -> Bool {
        let result = linux_openat2(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY, 0, LINUX_RESOLVE_BENEATH)
        if result >= 0 { _ = linux_close(Int32(result)) }
        return result >= 0 || result == Int(-EACCES)
    }

    /// close_range (Linux 5.9), on a range in which there can be no descriptor.
    package static func closesRanges() -> Bool { linux_close_range(.max, .max) == 0 }
}

extension KernelFeatures: CustomStringConvertible {
    /// One line each, for people.
    package var description: String {
        let actions = seccompActions.map(\.rawValue).sorted().joined(separator: " ")
        return """
            kernel        \(release)
            cgroups       \(cgroupVersion.map { "v\($0)" } ?? "none: \(cgroupProblem?.description ?? "")")
            landlock      \(landlock.abi > 0 ? "ABI \(landlock.abi)" : "none: \(landlock.refusal?.description ?? "")")
            seccomp       \(actions.isEmpty ? "none" : actions)
            clone3        \(clonesIntoCgroups ? "into cgroups" : "without cgroups")
            openat2       \(opensBeneath ? "yes" : "no")
            close_range   \(closesRanges ? "yes" : "no")
            """
    }
}
