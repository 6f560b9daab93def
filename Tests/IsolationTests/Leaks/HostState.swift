import Foundation
import Glibc
import Testing

/// What a leak would show in: taken in a process of its own, where no other test works.
struct HostState: Equatable {
    /// What each descriptor of this process names, in order; numbers of sockets and pipes are left out.
    let descriptors: [String]
    /// Processes that this one started and that still exist, dead ones that nobody waited for included.
    let children: [String]
    let mounts: [String]
    let scratchFiles: Set<String>

    static func now() throws -> HostState {
        HostState(
            descriptors: try openDescriptors(), children: try HostProcesses.children(of: getpid()),
            mounts: try lines(of: "/proc/self/mountinfo"), scratchFiles: try scratchFiles())
    }

    private static func openDescriptors() throws -> [String] {
        let own = "/proc/self/fd"
        return try FileManager.default.contentsOfDirectory(atPath: own).compactMap { number in
            do {
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: "\(own)/\(number)")
                return target.split(separator: "[").first.map(String.init)
            } catch {
                // The one that listed the others is gone by now.
                return nil
            }
        }.sorted()
    }

    private static func lines(of path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Without what other tests, which run at the same time in other processes, make by their fixtures.
    private static func scratchFiles() throws -> Set<String> {
        let places = [FileManager.default.temporaryDirectory.path, "/dev/shm", "/run"]
        let names = try places.flatMap { place in
            try FileManager.default.contentsOfDirectory(atPath: place).map { "\(place)/\($0)" }
        }
        return Set(names.filter { !$0.contains("sandmartin-test-") && !$0.contains("sandmartin-secret-") })
    }
}

extension HostProcesses {
    /// Children of a process, as `number name`.
    static func children(of parent: Int32) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
            guard Int(name) != nil, let status = FileManager.default.contents(atPath: "/proc/\(name)/stat") else {
                return nil
            }
            // "12 (name) S 1 …": the name may hold anything.
            let text = String(decoding: status, as: UTF8.self)
            guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return nil }
            let fields = text[close...].split(separator: " ")
            guard fields.count > 2, fields[2] == "\(parent)" else { return nil }
            return "\(name) \(text[text.index(after: open)..<close])"
        }
    }

    /// The path of the sandboxes' common cgroup, found by one of the launcher's keepers.
    static func controlGroup(of process: String) throws -> String {
        let groups = try String(contentsOfFile: "/proc/\(process)/cgroup", encoding: .utf8)
        let path = try #require(groups.split(separator: "\n").first { $0.contains("/sandmartin-") })
        let parts = path.split(separator: "/")
        return String(try #require(parts.first { $0.hasPrefix("sandmartin-") && !$0.hasPrefix("sandmartin-server-") }))
    }

    /// Directories of that name anywhere among the host's cgroups.
    static func controlGroups(named name: String) throws -> [String] {
        let walk = try #require(FileManager.default.enumerator(atPath: "/sys/fs/cgroup"))
        return walk.compactMap { $0 as? String }.filter { $0.split(separator: "/").last == name[...] }
    }
}

/// Waits until `condition` holds; false if it does not within a minute. What the kernel takes down, it takes down later.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        await Task.yield()
    }
    return false
}

/// Expects the host to come back to `state`.
func expectEventually(_ state: HostState, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    _ = try await eventually { try HostState.now() == state }
    let now = try HostState.now()
    #expect(now.descriptors == state.descriptors, sourceLocation: sourceLocation)
    #expect(now.children == state.children, sourceLocation: sourceLocation)
    #expect(now.mounts == state.mounts, sourceLocation: sourceLocation)
    #expect(now.scratchFiles == state.scratchFiles, sourceLocation: sourceLocation)
}
