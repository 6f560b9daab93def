import CLinux

/// Where this process stands in the host's control groups, and with which version of the interface.
package enum CgroupHierarchy: Hashable, Sendable {
    /// One directory for each v1 controller; controllers that are mounted together share one.
    case v1([CgroupController: CgroupPlace])
    case v2(CgroupPlace)

    package var version: Int {
        switch self {
        case .v1: 1
        case .v2: 2
        }
    }

    /// The hierarchy that can limit and count all that a sandbox needs.
    ///
    /// A host may have both versions mounted, each with some controllers: v1 is taken if it has all.
    package static func discover() throws(SystemError) -> CgroupHierarchy {
        guard let first = try usable().first else {
            throw SystemError(
                "find the cgroup controllers \(CgroupController.names(CgroupController.allCases)) in",
                "/proc/self/mountinfo (mount cgroup v2 at /sys/fs/cgroup, or in a container use --cgroupns=private "
                    + "with a writable /sys/fs/cgroup)", Errno(ENODEV))
        }
        return first
    }

    /// Every hierarchy of this machine that has all controllers, the preferred one first.
    package static func usable() throws(SystemError) -> [CgroupHierarchy] {
        let candidates = candidates(
            mountinfo: try HostFile.text(of: "/proc/self/mountinfo"),
            membership: try HostFile.text(of: "/proc/self/cgroup"))
        var usable: [CgroupHierarchy] = []
        for candidate in candidates {
            switch candidate {
            case .v1: usable.append(candidate)
            case .v2(let place):
                let root = try HostFile.text(of: place.mountPoint + "/cgroup.controllers")
                if CgroupController.unified.isSubset(of: CgroupController.parse(root)) { usable.append(candidate) }
            }
        }
        return usable
    }

    /// What the texts of /proc/self/mountinfo (proc(5)) and /proc/self/cgroup (cgroups(7)) offer. Pure.
    package static func candidates(mountinfo: String, membership: String) -> [CgroupHierarchy] {
        let mounts = mountinfo.split(separator: "\n").compactMap { CgroupMount(line: $0) }
        let groups = membership.split(separator: "\n").compactMap { CgroupMembership(line: $0) }
        var candidates: [CgroupHierarchy] = []
        var places: [CgroupController: CgroupPlace] = [:]
        for controller in CgroupController.allCases {
            guard let group = groups.first(where: { $0.controllers.contains(controller.rawValue) }) else { continue }
            places[controller] =
                mounts.lazy.filter { !$0.isUnified && $0.controllers.contains(controller.rawValue) }
                .compactMap { $0.place(of: group.path) }.first
        }
        if places.count == CgroupController.allCases.count { candidates.append(.v1(places)) }
        if let group = groups.first(where: \.isUnified),
            let place = mounts.lazy.filter(\.isUnified).compactMap({ $0.place(of: group.path) }).first
        {
            candidates.append(.v2(place))
        }
        return candidates
    }
}

/// A kind of resource that a sandbox is limited in.
package enum CgroupController: String, CaseIterable, Sendable {
    case memory, pids, cpu
    /// Part of `cpu` in v2.
    case cpuacct

    static let unified: Set<CgroupController> = [.memory, .pids, .cpu]

    /// Those named in a text of words, such as the file `cgroup.controllers`.
    static func parse(_ text: String) -> Set<CgroupController> {
        Set(text.split(whereSeparator: \.isWhitespace).compactMap { CgroupController(rawValue: String($0)) })
    }

    static func names(_ controllers: some Sequence<CgroupController>) -> String {
        controllers.map(\.rawValue).sorted().joined(separator: ", ")
    }
}

/// A group as a directory.
package struct CgroupPlace: Hashable, Sendable {
    /// The top of the hierarchy as far as it is visible.
    package let mountPoint: String
    /// The group in it: empty, or starting with a slash.
    package let group: String

    package init(mountPoint: String, group: String) {
        self.mountPoint = mountPoint
        self.group = group
    }

    package var path: String { mountPoint + group }
}

/// A line of /proc/self/mountinfo that mounts control groups.
struct CgroupMount: Hashable {
    let isUnified: Bool
    /// The group that is shown at the mount point.
    let root: String
    let mountPoint: String
    let controllers: Set<String>

    /// `35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory`; nil for other file systems.
    init?(line: Substring) {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
        guard fields[dash + 1] == "cgroup" || fields[dash + 1] == "cgroup2" else { return nil }
        isUnified = fields[dash + 1] == "cgroup2"
        root = Self.unescape(fields[3])
        mountPoint = Self.unescape(fields[4])
        controllers = isUnified ? [] : Set(fields[dash + 3].split(separator: ",").map(String.init))
    }

    /// Where the group `path` is visible in this mount; nil if it is outside.
    func place(of path: String) -> CgroupPlace? {
        // In a cgroup namespace a group above its root begins so.
        guard path.hasPrefix("/"), !path.hasPrefix("/..") else { return nil }
        if path == root { return CgroupPlace(mountPoint: mountPoint, group: "") }
        let prefix = root == "/" ? "" : root
        guard path.hasPrefix(prefix + "/") else { return nil }
        return CgroupPlace(mountPoint: mountPoint, group: String(path.dropFirst(prefix.count)))
    }

    /// Undoes the kernel's `\040` for a space, tab, newline and backslash.
    private static func unescape(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == 0x5C, rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A line of /proc/self/cgroup: `4:memory:/group`, `2:cpu,cpuacct:/group`, or `0::/group` for v2.
struct CgroupMembership: Hashable {
    let isUnified: Bool
    let controllers: Set<String>
    let path: String

    init?(line: Substring) {
        let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return nil }
        isUnified = fields[0] == "0" && fields[1].isEmpty
        controllers = Set(fields[1].split(separator: ",").map(String.init))
        path = String(fields[2])
    }
}
