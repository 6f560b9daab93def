import CLinux

/// The server's group in the unified hierarchy (Documentation/admin-guide/cgroup-v2.rst).
final class CgroupV2Parent: CgroupParent {
    let version = "v2"
    let leftovers: [SystemError]
    private let claim: CgroupClaim
    /// The group that the server moved into, if it had to.
    private let leaf: CgroupV2Leaf?

    var path: String { claim.directory.path }

    /// Whether processes can be made in a group (Linux 5.7).
    let clonesIntoGroups = KernelFeatures.clonesIntoCgroups()

    private init(_ claim: CgroupClaim, leaf: CgroupV2Leaf?, leftovers: [SystemError]) {
        self.claim = claim
        self.leaf = leaf
        self.leftovers = leftovers
    }

    /// Below our own group if it is ours to manage; else, as root, at the top of the hierarchy.
    static func make(at place: CgroupPlace, name: String) throws(SystemError) -> CgroupV2Parent {
        do throws(SystemError) {
            return try make(in: try CgroupDirectory(path: place.path), isTop: place.group == "", name: name)
        } catch  where place.group != "" && geteuid() == 0 && [EBUSY, ENODEV, EOPNOTSUPP].contains(error.errno.code) {
            do throws(SystemError) {
                return try make(in: try CgroupDirectory(path: place.mountPoint), isTop: true, name: name)
            } catch {
                throw error.withDelegationAdvice
            }
        } catch {
            throw error.withDelegationAdvice
        }
    }

    private static func make(
        in base: CgroupDirectory, isTop: Bool, name: String
    ) throws(SystemError) -> CgroupV2Parent {
        let leftovers = try CgroupClaim.removeStale(in: base)
        let leaf = try delegateControllers(of: base, isTop: isTop, name: name)
        do throws(SystemError) {
            let claim = try CgroupClaim(name, in: base)
            try enableControllers(for: claim.directory)
            return CgroupV2Parent(claim, leaf: leaf, leftovers: leftovers)
        } catch {
            try leaf?.undo()
            throw error
        }
    }

    /// Gives the groups below `base` the controllers, moving this process out of the way if need be.
    ///
    /// The top of the hierarchy refuses controllers only if it is the top of a namespace: then all processes in it are of
    /// this container, and all are moved (an init process, say).
    private static func delegateControllers(
        of base: CgroupDirectory, isTop: Bool, name: String
    ) throws(SystemError) -> CgroupV2Leaf? {
        let missing = try missingControllers(in: base, "cgroup.controllers")
        guard missing.isEmpty else {
            throw SystemError(
                "use the cgroup controllers \(CgroupController.names(missing)), which are not delegated, in", base.path,
                Errno(ENODEV))
        }
        if try missingControllers(in: base, "cgroup.subtree_control").isEmpty { return nil }
        do throws(SystemError) {
            try enableControllers(for: base)
            return nil
        } catch  where error.errno == Errno(EBUSY) {
            let leaf = try CgroupV2Leaf(in: base, movingAll: isTop, name: name)
            do throws(SystemError) {
                try enableControllers(for: base)
                return leaf
            } catch {
                try leaf.undo()
                throw error
            }
        }
    }

    private static func enableControllers(for directory: CgroupDirectory) throws(SystemError) {
        let missing = try missingControllers(in: directory, "cgroup.subtree_control")
        if missing.isEmpty { return }
        let words = missing.map { "+" + $0.rawValue }.sorted().joined(separator: " ")
        try CgroupFile(directory, "cgroup.subtree_control", O_WRONLY).write(words)
    }

    private static func missingControllers(
        in directory: CgroupDirectory, _ file: String
    ) throws(SystemError) -> Set<CgroupController> {
        CgroupController.unified.subtracting(
            CgroupController.parse(try HostFile.text(of: directory.path + "/" + file)))
    }

    func makeGroup(named name: String) throws(SystemError) -> any Cgroup {
        try CgroupV2(name, in: self)
    }

    func remove() throws(SystemError) {
        try claim.remove()
        try leaf?.undo()
    }

    // MARK: for groups

    func make(_ name: String) throws(SystemError) -> CgroupDirectory { try claim.directory.make(name) }
    func removeGroup(_ name: String) throws(SystemError) { try claim.directory.removeChild(name) }
}
