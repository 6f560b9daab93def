import CLinux

/// The server's group in each of the v1 hierarchies that sandboxes need.
final class CgroupV1Parent: CgroupParent {
    let version = "v1"
    let path: String
    let leftovers: [SystemError]
    /// Our group in each hierarchy; `index` tells which one a controller is in.
    private let hierarchies: [CgroupClaim]
    private let index: [CgroupController: Int]
    /// The smallest share of processors above us: v1 refuses a larger one below.
    private let processorCeiling: Double?

    init(_ places: [CgroupController: CgroupPlace], name: String) throws(SystemError) {
        var leftovers: [SystemError] = []
        var hierarchies: [CgroupClaim] = []
        var index: [CgroupController: Int] = [:]
        var known: [CgroupPlace: Int] = [:]
        do throws(SystemError) {
            for controller in CgroupController.allCases {
                guard let place = places[controller] else {
                    throw SystemError("find the cgroup controller", controller.rawValue, Errno(ENODEV))
                }
                if known[place] == nil {
                    let base = try CgroupDirectory(path: place.path)
                    leftovers += try CgroupClaim.removeStale(in: base)
                    hierarchies.append(try CgroupClaim(name, in: base))
                    known[place] = hierarchies.count - 1
                }
                index[controller] = known[place]
            }
            processorCeiling = try places[.cpu].flatMap { place throws(SystemError) in try Self.ceiling(above: place) }
        } catch {
            // Whatever does not go now is without a lock when this throws, and stale for the next server.
            for hierarchy in hierarchies { do { try hierarchy.remove() } catch { leftovers.append(error) } }
            throw error.withDelegationAdvice
        }
        self.leftovers = leftovers
        self.hierarchies = hierarchies
        self.index = index
        path = hierarchies[index[.memory] ?? 0].directory.path
    }

    /// The smallest quota from our own group up to the top of what is visible; nil if there is none.
    private static func ceiling(above place: CgroupPlace) throws(SystemError) -> Double? {
        var ceiling: Double?
        var group = place.group
        while true {
            let directory = try CgroupDirectory(path: place.mountPoint + group)
            if let quota = try CgroupFile.ifPresent(directory, "cpu.cfs_quota_us") {
                let limit = try quota.number()
                let period = try CgroupFile(directory, "cpu.cfs_period_us").number()
                if limit > 0 { ceiling = min(ceiling ?? .infinity, Double(limit) / Double(period)) }
            }
            guard let slash = group.lastIndex(of: "/") else { return ceiling }
            group = String(group[..<slash])
        }
    }

    func makeGroup(named name: String) throws(SystemError) -> any Cgroup {
        var made = 0
        do throws(SystemError) {
            for hierarchy in hierarchies {
                _ = try hierarchy.directory.make(name)
                made += 1
            }
            return try CgroupV1(name, in: self)
        } catch {
            for hierarchy in hierarchies.prefix(made) { try hierarchy.directory.removeChild(name) }
            throw error
        }
    }

    func remove() throws(SystemError) {
        for hierarchy in hierarchies { try hierarchy.remove() }
    }

    // MARK: for groups

    var hierarchyCount: Int { hierarchies.count }

    func open(_ name: String, hierarchy: Int) throws(SystemError) -> CgroupDirectory {
        try CgroupDirectory(name, in: hierarchies[hierarchy].directory)
    }

    func open(_ name: String, _ controller: CgroupController) throws(SystemError) -> CgroupDirectory {
        try open(name, hierarchy: index[controller] ?? 0)
    }

    func removeGroup(_ name: String) throws(SystemError) {
        for hierarchy in hierarchies { try hierarchy.directory.removeChild(name) }
    }

    func allowedShare(_ processors: Double) -> Double { min(processors, processorCeiling ?? processors) }
}
