import Foundation
import Glibc

/// The processes of the launcher's making below this one, by the names that they give themselves.
struct Family {
    var launchers: [Int32] = []
    var supervisors: [Int32] = []
    var keepers: [Int32] = []
    /// Everything below.
    var all: [Int32] = []

    static func now() throws -> Family {
        var parents: [Int32: (parent: Int32, name: String)] = [:]
        for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let pid = Int32(entry),
                let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat").map({
                    String(decoding: $0, as: UTF8.self)
                }),
                let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")")
            else { continue }
            let fields = stat[stat.index(after: close)...].split(separator: " ")
            guard fields.count > 1, fields[0] != "Z", let parent = Int32(fields[1]) else { continue }
            parents[pid] = (parent, String(stat[stat.index(after: open)..<close]))
        }
        var family = Family()
        for (pid, (_, name)) in parents where isBelow(pid, getpid(), parents) {
            family.all.append(pid)
            switch name {
            case "launcher": family.launchers.append(pid)
            case "supervisor": family.supervisors.append(pid)
            case "keeper": family.keepers.append(pid)
            default: break
            }
        }
        return family
    }

    private static func isBelow(
        _ pid: Int32, _ top: Int32, _ parents: [Int32: (parent: Int32, name: String)]
    ) -> Bool {
        var current = pid
        while let entry = parents[current] {
            if entry.parent == top { return true }
            current = entry.parent
        }
        return false
    }
}
