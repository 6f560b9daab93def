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
        // A walk ends at the next file system, and each hierarchy is one.
        let tops = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).map { "\(root)/\($0)" }
        return tops.flatMap { top in
            let below = FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? []
            return [top] + below.map { "\(top)/\($0)" }
        }.filter { groups.contains(String($0.split(separator: "/").last ?? "")) }
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
