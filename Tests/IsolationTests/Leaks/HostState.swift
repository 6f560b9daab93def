import Foundation
import Glibc
import Isolation
import Testing

/// What a leak would show in: taken in a process of its own, where no other test works.
struct HostState: Equatable {
    /// What each descriptor of this process names, in order; numbers of sockets and pipes are left out, and so are timers:
    /// the runtime makes one for each clock when it first waits for it, and keeps it; the engine has none.
    let descriptors: [String]
    /// Processes that this one started and that still exist, dead ones that nobody waited for included.
    let children: [String]
    let mounts: [String]
    let scratchFiles: Set<String>

    static func now() throws -> HostState {
        HostState(
            descriptors: try descriptors(of: "self"), children: try HostProcesses.children(of: getpid()),
            mounts: try lines(of: "/proc/self/mountinfo"), scratchFiles: try scratchFiles())
    }

    /// Waits until nothing changes any more: engines that ended a moment ago may still be closing what they had.
    static func settled() async throws -> HostState {
        var last = try now()
        _ = try await eventually {
            let before = last
            try await Task.sleep(for: .milliseconds(300))
            last = try now()
            return last == before
        }
        return last
    }

    static func descriptors(of process: String) throws -> [String] {
        let own = "/proc/\(process)/fd"
        return try FileManager.default.contentsOfDirectory(atPath: own).compactMap { number in
            do {
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: "\(own)/\(number)")
                guard target != "anon_inode:[timerfd]" else { return nil }
                return target.hasPrefix("anon_inode:") ? target : target.split(separator: "[").first.map(String.init)
            } catch {
                // The one that listed the others is gone by now.
                return nil
            }
        }.sorted()
    }

    static func lines(of path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Files that bear the project's name or belong to a sandbox's user, without what fixtures of other tests make: who
    /// else works on the machine leaves files in these places too.
    private static func scratchFiles() throws -> Set<String> {
        let (firstUser, scratch) = (try standardConfiguration().firstUser, try standardConfiguration().scratch)
        let paths = try [FileManager.default.temporaryDirectory.path, "/dev/shm", "/run"].flatMap { place in
            try FileManager.default.contentsOfDirectory(atPath: place).map { "\(place)/\($0)" }
        }
        return Set(
            paths.filter { path in
                if path.contains("sandmartin-test-") || path.contains("sandmartin-secret-") { return false }
                // What is in it comes and goes with other tests.
                if path == scratch { return false }
                var status = stat()
                let isSandboxes = lstat(path, &status) == 0 && status.st_uid >= firstUser
                return isSandboxes || path.contains("sandmartin")
            })
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

    /// The name of the sandboxes' common cgroup, found by one of the launcher's keepers: any of them may not have been moved
    /// there yet, or be gone already.
    static func controlGroup(of keepers: [String]) throws -> String {
        let names = keepers.compactMap { keeper in
            let number = keeper.prefix { $0 != " " }
            let groups = try? String(contentsOfFile: "/proc/\(number)/cgroup", encoding: .utf8)
            let path = groups?.split(separator: "\n").first { $0.contains("/sandmartin-") }
            return path?.split(separator: "/").first {
                $0.hasPrefix("sandmartin-") && !$0.hasPrefix("sandmartin-server-")
            }
        }
        return String(try #require(names.first, "none of \(keepers) is in a cgroup of ours"))
    }

    /// Number of groups in those of that name, in every hierarchy. They are called by the numbers of their slots, and may go
    /// while they are counted.
    static func controlGroupCount(under name: String) throws -> Int {
        try controlGroupPaths().count { path in
            let parts = path.split(separator: "/").suffix(2)
            return parts.count == 2 && parts.first == name[...] && parts.last?.allSatisfy(\.isNumber) == true
        }
    }

    /// Directories of that name anywhere among the host's cgroups.
    static func controlGroups(named name: String) throws -> [String] {
        try controlGroupPaths().filter { $0.split(separator: "/").last == name[...] }
    }

    /// A walk ends at the next file system, and each hierarchy is one.
    private static func controlGroupPaths() throws -> [String] {
        let root = "/sys/fs/cgroup"
        return try FileManager.default.contentsOfDirectory(atPath: root).flatMap { top in
            let below = FileManager.default.enumerator(atPath: "\(root)/\(top)")?.compactMap { $0 as? String } ?? []
            return [top] + below.map { "\(top)/\($0)" }
        }
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
    let location = sourceLocation
    // In words, because the values of another process are not shown.
    func expect(_ what: String, _ now: [String], _ before: [String]) {
        let change = "\(what): \(now.difference(from: before).map { "\($0)" })"
        #expect(now == before, "\(change)", sourceLocation: location)
    }
    expect("descriptors", now.descriptors, state.descriptors)
    expect("children", now.children, state.children)
    expect("mounts", now.mounts, state.mounts)
    expect("scratch files", now.scratchFiles.sorted(), state.scratchFiles.sorted())
}
