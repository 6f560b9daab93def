import Foundation
import Testing

/// `sandmartin selftest` against a server that holds, and against some that do not.
@Suite struct SelftestTests {
    private static let titles = [
        "System requirements", "Security features", "File operations", "API functionality", "Performance", "Logging",
    ]

    @Test func aServerThatHoldsPassesEverySuite() async throws {
        try await ServerProcess.with(["API_KEY": "the-operators-own-key"]) { server in
            let ended = try await Self.selftest(server.api.port, ["--key", "the-operators-own-key"])
            #expect(ended.status == 0, "\(ended.standardOutput)")
            for title in Self.titles { #expect(ended.standardOutput.contains("\n\(title)\n")) }
            #expect(ended.standardOutput.contains(" 0 failed, "))
            #expect(!ended.standardOutput.contains("FAILED"))
            // Walls were tried, and their twins worked.
            for line in [
                "/proc/1/environ is not read", "two programs do not see each other",
                "memory: the limit ends a program", "without a key nothing is run", "the audit log has who ran what",
                "directory, variables and files last in a session", "two sessions see nothing of each other",
                "commands of a session are read, too", "a session that was ended is gone", "a session has a terminal",
            ] {
                let found = ended.standardOutput.split(separator: "\n").filter { $0.contains(line) }
                #expect(found.count == 1 && found.allSatisfy { $0.contains("  passed ") }, "\(line): \(found)")
            }
        }
    }

    @Test func theSameReportIsJSONAndJUnit() async throws {
        try await ScratchFolder.with { folder in
            try await ServerProcess.with { server in
                let path = "\(folder.path)/report.xml"
                let ended = try await Self.selftest(
                    server.api.port, ["--json", "--junit", path, "--suite", "logging", "--suite", "system"])
                #expect(ended.status == 0, "\(ended.standardOutput)")
                let report = try JSONDecoder().decode(Report.self, from: Data(ended.standardOutput.utf8))
                #expect(report.suites.map(\.name) == ["system", "logging"])
                let results = report.suites.flatMap(\.results)
                #expect(results.count == report.passed + report.failed + report.notAvailable)
                #expect(report.success && report.failed == 0)
                // Read by a parser that is not ours.
                let script = """
                    import sys, xml.etree.ElementTree as tree
                    root = tree.parse(sys.argv[1]).getroot()
                    print(root.get('tests'), root.get('failures'), root.get('skipped'), len(root.findall('testsuite')))
                    """
                let parsed = try await HostCommand(
                    executable: "/usr/bin/python3", arguments: ["-c", script, path]
                ).run()
                #expect(parsed.standardOutput == "\(results.count) 0 \(report.notAvailable) 2\n")
            }
        }
    }

    /// What a server has not is never green: the number of what passed is that of what was tried.
    @Test func whatAServerHasNotIsNotGreen() async throws {
        try await ServerProcess.with { server in
            let health = try await server.api.get("/health").decoded(as: Capabilities.self)
            let ended = try await Self.selftest(server.api.port, ["--suite", "api", "--suite", "security"])
            #expect(ended.status == 0, "\(ended.standardOutput)")
            let lines = ended.standardOutput.split(separator: "\n")
            let key = lines.filter { $0.contains("without a key nothing is run") }
            #expect(key.count == 1 && key.allSatisfy { $0.contains("  not available  ") }, "\(key)")
            let sessions = lines.filter { $0.contains("last in a session") }
            let state = health.capabilities.contains("sessions") ? "  passed  " : "  not available  "
            #expect(sessions.count == 1 && sessions.allSatisfy { $0.contains(state) }, "\(sessions)")
        }
    }

    @Test func aServerWhoseWallsAreDownFails() async throws {
        try await Self.withOpenServer { port in
            let ended = try await Self.selftest(port, ["--json", "--suite", "security"])
            #expect(ended.status == 1)
            let report = try JSONDecoder().decode(Report.self, from: Data(ended.standardOutput.utf8))
            let results = report.suites.flatMap(\.results)
            let escaped = results.filter { $0.state == "failed" && $0.detail.hasPrefix("ESCAPED") }.map(\.name)
            for name in [
                "/etc/shadow is not read", "/usr/bin/selftest is not written", "a user namespace is not had",
            ] {
                #expect(escaped.contains(name), "\(name): \(results)")
            }
            // Nothing of it holds: whatever passes would pass at a server that does nothing.
            #expect(results.filter { $0.state == "passed" }.map(\.name) == [])
            #expect(report.success == false)
        }
    }

    @Test func anotherServerFailsAndNobodyIsUnreachable() async throws {
        try await ScratchFolder.with { folder in
            let other = HostCommand(
                executable: "/usr/bin/python3",
                arguments: ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder.path])
            let port = try await other.whileRunning { output in
                let port = try await Self.port(in: output)
                let ended = try await Self.selftest(port, [])
                #expect(ended.status == 1)
                #expect(ended.standardOutput.contains("\n0 passed, "), "\(ended.standardOutput)")
                return port
            }
            let ended = try await Self.selftest(port, [])
            #expect(ended.status == 2)
            #expect(ended.standardError.contains("no server at http://127.0.0.1:\(port)"))
            #expect(ended.standardOutput == "")
        }
    }

    @Test(arguments: [["--url", "https://example.org"], ["--url", "nowhere"], ["--suite", "everything"]])
    func aWrongOptionIsTold(_ options: [String]) async throws {
        let ended = try await SandmartinExecutable.run(["selftest"] + options)
        #expect(ended.status == 64)
        #expect(ended.standardError.contains(options[1]))
    }

    private static func selftest(_ port: Int, _ options: [String]) async throws -> SandmartinExecutable.Ended {
        // A long time for a test of a test, and so no limit of ours but its own.
        let process = HostCommand(
            executable: SandmartinExecutable.url.path,
            arguments: ["selftest", "--url", "http://127.0.0.1:\(port)"] + options,
            environment: ["NO_COLOR": "1", "API_KEY": ""])
        return try await process.run()
    }

    /// A server that takes every program, says that it is isolated, and runs it with nothing around it.
    private static func withOpenServer(_ body: (Int) async throws -> Void) async throws {
        let server = HostCommand(executable: "/usr/bin/python3", arguments: ["-u", "-c", openServer])
        try await server.whileRunning { output in try await body(try await port(in: output)) }
    }

    private static func port(in output: PipeReader) async throws -> Int {
        try await eventualValue("the other server says its port") {
            output.lines.first?.firstMatch(of: /port ([0-9]+)/).flatMap { Int($0.output.1) }
        }
    }

    private static let openServer = """
        import http.server, json

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, value, status=200):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.answer({
                    "status": "ok", "version": "0", "capabilities": ["analysis"], "uptime_seconds": 1, "policies": [],
                    "isolation": {"level": "namespaces", "layers": {"seccomp": "enforced"}}, "languages": {
                        "python": "3", "bash": "5", "javascript": "20", "cpp": "12", "rust": "1"},
                    "execution_id": "run_1", "stdout": "worked"})

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.answer({"execution_id": "run_1", "status": "ok", "success": True, "stdout": "worked\\n",
                             "findings": []})

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print("port", server.server_port)
        server.serve_forever()
        """
}

private struct Report: Decodable {
    struct Suite: Decodable {
        let name: String
        let results: [Result]
    }

    struct Result: Decodable {
        let name: String
        let state: String
        let detail: String
    }

    let success: Bool
    let passed: Int
    let failed: Int
    let notAvailable: Int
    let suites: [Suite]

    enum CodingKeys: String, CodingKey {
        case success
        case passed
        case failed
        case notAvailable = "not_available"
        case suites
    }
}

private struct Capabilities: Decodable {
    let capabilities: [String]
}
