import Foundation

/// What a server has on its machine beside its own process: what must be gone after it.
struct HostTraces: Sendable {
    /// Launcher, keepers and programs.
    private(set) var processes: Set<HostProcess> = []
    /// Names of its control groups.
    private(set) var groups: Set<String> = []

    /// Adds what there is now.
    mutating func add(of server: Int32) throws {
        let descendants = try HostProcess.descendants(of: server)
        processes.formUnion(descendants)
        for process in descendants { groups.formUnion(process.sandmartinGroups) }
    }

    var livingProcesses: [HostProcess] { processes.filter(\.isAlive) }

    /// Those of the groups' directories that still exist, in any hierarchy.
    var groupDirectories: [String] {
        let root = "/sys/fs/cgroup"
        guard let paths = FileManager.default.enumerator(atPath: root) else { return [] }
        return paths.compactMap { $0 as? String }
            .filter { groups.contains(String($0.split(separator: "/").last ?? "")) }.map { "\(root)/\($0)" }
    }
}

/// The mounts that this process sees.
struct HostMounts: Hashable, Sendable {
    let lines: Set<String>

    init() throws {
        let text = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        lines = Set(text.split(separator: "\n").map(String.init))
    }
}
