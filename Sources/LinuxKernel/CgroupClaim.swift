import CLinux

/// A group of ours that holds groups, locked so that other servers know that it is in use.
///
/// Its name is `sandmartin-` and something unique. The lock is flock(2) on the directory: the kernel drops it when the
/// process dies, however it dies, and then the next server that starts at the same place removes the group.
struct CgroupClaim: Sendable {
    static let prefix = "sandmartin-"

    private let base: CgroupDirectory
    let name: String
    let directory: CgroupDirectory

    /// Makes and locks a group in `base`.
    init(_ name: String, in base: CgroupDirectory) throws(SystemError) {
        self.base = base
        self.name = Self.prefix + name
        try Self.lock(base)
        defer { Self.unlock(base) }
        directory = try base.make(self.name)
        try SystemError.check(linux_flock(directory.number, LOCK_EX | LOCK_NB), "lock", directory.path)
    }

    /// Held from the making of a group to its locking, and while groups are looked at: without it a server could take
    /// the new group of another for a stale one.
    private static func lock(_ base: CgroupDirectory) throws(SystemError) {
        var result = linux_flock(base.number, LOCK_EX)
        while result == Int(-EINTR) { result = linux_flock(base.number, LOCK_EX) }
        try SystemError.check(result, "lock", base.path)
    }

    private static func unlock(_ base: CgroupDirectory) { _ = linux_flock(base.number, LOCK_UN) }

    /// Removes the group and the groups in it, killing what lives there.
    func remove() throws(SystemError) { try Self.remove(name, directory, from: base) }

    /// Removes what dead servers left in `base`: groups of our name whose lock is free. Answers what could not be removed.
    static func removeStale(in base: CgroupDirectory) throws(SystemError) -> [SystemError] {
        var failures: [SystemError] = []
        for name in try base.childNames() where name.hasPrefix(prefix) {
            do throws(SystemError) {
                try removeIfStale(name, in: base)
            } catch {
                // ENOENT: another server was faster.
                if error.errno != Errno(ENOENT) { failures.append(error) }
            }
        }
        return failures
    }

    private static func removeIfStale(_ name: String, in base: CgroupDirectory) throws(SystemError) {
        let directory = try CgroupDirectory(name, in: base)
        try lock(base)
        let result = linux_flock(directory.number, LOCK_EX | LOCK_NB)
        unlock(base)
        if result == Int(-EWOULDBLOCK) { return }
        try SystemError.check(result, "lock", directory.path)
        try remove(name, directory, from: base)
    }

    /// Groups of sandboxes hold no groups: programs cannot write to the hierarchy. So two levels are all there is.
    private static func remove(
        _ name: String, _ directory: CgroupDirectory, from base: CgroupDirectory
    ) throws(SystemError) {
        for child in try directory.childNames() {
            try CgroupDirectory(child, in: directory).killAll()
            try directory.removeChild(child)
        }
        try directory.killAll()
        try base.removeChild(name)
    }
}
