import Foundation

/// A process of this machine, told from a later one of the same number by the time at which it started.
struct HostProcess: Hashable, Sendable {
    let pid: Int32
    let parent: Int32
    let name: String
    private let startTime: String

    /// Nil when there is no such process, or only its remains that wait for their parent (proc_pid_stat(5)).
    init?(pid: Int32) {
        guard let stat = Self.file("/proc/\(pid)/stat"), let open = stat.firstIndex(of: "("),
            let close = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X", let parent = Int32(fields[1]) else { return nil }
        self.pid = pid
        self.parent = parent
        name = String(stat[stat.index(after: open)..<close])
        startTime = String(fields[19])
    }

    /// False when it ended, also when another process has its number now.
    var isAlive: Bool { HostProcess(pid: pid)?.startTime == startTime }

    static var all: [HostProcess] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init).compactMap(Self.init)
        }
    }

    static func children(of pid: Int32) throws -> [HostProcess] { try all.filter { $0.parent == pid } }

    /// Its children and theirs, and so on.
    static func descendants(of pid: Int32) throws -> Set<HostProcess> {
        let children = Dictionary(grouping: try all, by: \.parent)
        var found: Set<HostProcess> = []
        var rest = children[pid] ?? []
        while let next = rest.popLast() {
            if found.insert(next).inserted { rest += children[next.pid] ?? [] }
        }
        return found
    }

    /// Bytes of it that are in memory now; nil when it is gone.
    static func residentBytes(of pid: Int32) -> Int? { size("VmRSS:", of: pid) }

    /// The most that ever was in memory.
    static func peakResidentBytes(of pid: Int32) -> Int? { size("VmHWM:", of: pid) }

    private static func size(_ field: String, of pid: Int32) -> Int? {
        let line = file("/proc/\(pid)/status")?.split(separator: "\n").first { $0.hasPrefix(field) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }

    /// The names of the groups of ours that it lives in.
    var sandmartinGroups: Set<String> {
        let lines = Self.file("/proc/\(pid)/cgroup") ?? ""
        return Set(lines.split { $0 == "/" || $0 == "\n" }.filter { $0.hasPrefix("sandmartin-") }.map(String.init))
    }

    /// Nil when the process is gone.
    private static func file(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
