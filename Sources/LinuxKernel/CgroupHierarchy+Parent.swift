import CLinux

extension CgroupHierarchy {
    /// Makes the server's group, below the group that this process is in, after removing what dead servers left there.
    ///
    /// With v2 this process may be moved into a group of its own, `sandmartin-server-…`: a group that has controllers for
    /// its children may hold no processes itself. ``CgroupParent/remove()`` undoes that.
    package func makeParent(identifier: UInt64 = .random(in: 0 ... .max)) throws(SystemError) -> any CgroupParent {
        let name = String(identifier, radix: 16)
        switch self {
        case .v1(let places): return try CgroupV1Parent(places, name: name)
        case .v2(let place): return try CgroupV2Parent.make(at: place, name: name)
        }
    }
}

extension SystemError {
    /// The same error with what to do about it, for the two ways in which control groups are commonly out of reach.
    var withDelegationAdvice: SystemError {
        guard [EACCES, EPERM, EBUSY, EROFS, ENODEV].contains(errno.code) else { return self }
        return SystemError(
            operation,
            subject + " (run as root, or start with `systemd-run --user --scope -p Delegate=yes`, or in a container "
                + "with a writable /sys/fs/cgroup)", errno)
    }
}
