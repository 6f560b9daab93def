import Foundation
import Glibc
import Testing

/// A server that is not root, on a machine that lets ordinary users make user namespaces and was told which control groups
/// are theirs.
@Suite(.needsDeveloperMachine) struct OrdinaryUserTests {
    private static let user: uid_t = 1000

    @Test func programsHaveNamespacesAndSessionsTheLevelLandlock() async throws {
        try #require(geteuid() == 0, "only root can become another user")
        try await DelegatedGroups.with(for: Self.user) { groups in
            try await ScratchFolder.with { folder in
                let data = "\(folder.path)/data"
                try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
                try #require(chmod(folder.path, 0o711) == 0 && chown(data, Self.user, Self.user) == 0)
                // A shell moves itself into the groups, and becomes the user and then the server.
                let enter = groups.paths.map { "echo $$ >\($0)/cgroup.procs" }.joined(separator: " && ")
                let prefix = [
                    "/bin/sh", "-c",
                    enter + " && exec setpriv --reuid=\(Self.user) --regid=\(Self.user) --clear-groups \"$0\" \"$@\"",
                ]
                try await ServerProcess.with(["DATA_DIR": data, "POLICY": "permissive"], prefix: prefix) { server in
                    try await server.api.expectThatTheNextRunWorks()
                    let walls = try await server.api.run(
                        RunRequest(code: "cat /etc/shadow \(data)/sandmartin.sqlite; ls /sys/class/net; id -u"))
                    #expect(walls.stdout?.hasSuffix("1000\n") == true && walls.stdout?.contains("eth") == false)
                    let limit = try await server.api.run(
                        RunRequest(code: "exec tail /dev/zero", limits: .init(memoryMb: 32)))
                    #expect(limit.status == "memory_limit")
                    #expect(try await server.api.isolationLevel() == "namespaces")
                    // Only root can mount a workspace into namespaces.
                    let command = try await server.api.post(
                        "/api/v1/execute",
                        body: #"{"command": "echo kept > file; cat /etc/shadow \#(data)/sandmartin.sqlite"}"#)
                    let text = String(decoding: command.body, as: UTF8.self)
                    #expect(text.contains(#""level":"landlock""#) && text.contains(#""stdout":"""#), "\(text)")
                    let session = try #require(text.firstMatch(of: /"session_id":"([^"]+)"/)).1
                    let program = try await server.api.post(
                        "/execute", body: #"{"language": "bash", "code": "cat file", "session_id": "\#(session)"}"#)
                    let answer = String(decoding: program.body, as: UTF8.self)
                    #expect(answer.contains(#""level":"landlock""#) && answer.contains(#"kept\n"#), "\(answer)")
                }
                let strict = ["DATA_DIR": data, "MINIMUM_ISOLATION": "namespaces"]
                try await ServerProcess.with(strict, prefix: prefix) { server in
                    for (path, body) in [("/api/v1/sessions", "{}"), ("/api/v1/execute", #"{"command": "echo"}"#)] {
                        let refused = try await server.api.post(path, body: body)
                        let text = String(decoding: refused.body, as: UTF8.self)
                        #expect(refused.status >= 400 && text.contains("only root can give them"), "\(text)")
                    }
                }
            }
        }
    }
}

/// A control group in each hierarchy that sandboxes need, which belongs to a user, as long as a test runs.
private struct DelegatedGroups {
    let paths: [String]

    static func with(
        for user: uid_t, isolation: isolated (any Actor)? = #isolation, _ body: (DelegatedGroups) async throws -> Void
    ) async throws {
        let lines = try String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8).split(separator: "\n")
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8).split(separator: "\n")
        var paths: [String] = []
        for line in lines {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            let controllers = fields[1].split(separator: ",").map(String.init)
            guard controllers.contains(where: ["memory", "pids", "cpu", "cpuacct", "freezer"].contains) else {
                continue
            }
            let mount = mounts.first { line in
                line.contains(" - cgroup ")
                    && controllers.contains { line.split(separator: ",").contains(Substring($0)) }
            }
            guard let mount else { continue }
            paths.append(mount.split(separator: " ")[4] + fields[2] + "/delegated-\(getpid())")
        }
        defer { for path in paths { rmdir(path) } }
        for path in paths {
            try #require(mkdir(path, 0o755) == 0 && chown(path, user, user) == 0, "\(path)")
            for name in ["cgroup.procs", "tasks"] { chown("\(path)/\(name)", user, user) }
        }
        try await body(DelegatedGroups(paths: paths))
    }
}
