import CLinux

/// A group for the server alone, so that the group it was in may have controllers for its children.
final class CgroupV2Leaf: Sendable {
    private let base: CgroupDirectory
    private let claim: CgroupClaim

    /// The controllers that the children of `base` had before.
    private let before: Set<CgroupController>

    /// Moves this process with all its threads, or all processes of `base`, into a new group there.
    init(in base: CgroupDirectory, movingAll: Bool, name: String) throws(SystemError) {
        self.base = base
        before = CgroupController.parse(try HostFile.text(of: base.path + "/cgroup.subtree_control"))
        claim = try CgroupClaim("server-" + name, in: base)
        do throws(SystemError) {
            try Self.move(movingAll ? try base.processes() : [getpid()], to: claim.directory)
        } catch {
            // Not `remove`, which would kill what has been moved already.
            try Self.move(try claim.directory.processes(), to: base)
            try claim.remove()
            throw error
        }
    }

    /// Moves everything back, for which the controllers have to go first, and removes the group.
    func undo() throws(SystemError) {
        let enabled = CgroupController.parse(try HostFile.text(of: base.path + "/cgroup.subtree_control"))
        let added = enabled.subtracting(before)
        if !added.isEmpty {
            let words = added.map { "-" + $0.rawValue }.sorted().joined(separator: " ")
            try CgroupFile(base, "cgroup.subtree_control", O_WRONLY).write(words)
        }
        try Self.move(try claim.directory.processes(), to: base)
        try claim.remove()
    }

    private static func move(_ processes: [Int32], to directory: CgroupDirectory) throws(SystemError) {
        let members = try CgroupFile(directory, "cgroup.procs", O_WRONLY)
        for pid in processes {
            do throws(SystemError) {
                try members.write("\(pid)")
            } catch {
                // ESRCH: it has ended meanwhile.
                guard error.errno == Errno(ESRCH) else { throw error }
            }
        }
    }
}
