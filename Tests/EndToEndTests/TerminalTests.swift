import Foundation
import Testing

/// Terminals of sessions, with a real shell on a real PTY.
@Suite(.server(["POLICY": "permissive"]), .timeLimit(.minutes(5))) struct TerminalTests {
    private func withSession(_ body: (SessionClient) async throws -> Void) async throws {
        try await SessionClient.with(try ServerProcess.current.api) { try await body($0) }
    }

    @Test func aShellIsAtTheOtherEnd() async throws {
        try await withSession { session in
            _ = try await session.run("cd /tmp; export FROM=session; echo x >~/file")
            try await TerminalClient.with(session.id, query: "?columns=100&rows=30", port: session.api.port) { shell in
                try await shell.type("echo $((40 + 2)); tty; pwd; echo $FROM\r")
                let shown = try await shell.read(through: "session\r\n")
                #expect(
                    shown.contains("42\r\n") && shown.contains("/dev/pts/") && shown.contains("/tmp\r\n"), "\(shown)")
                try await shell.type("stty size\r")
                try await shell.read(through: "30 100\r\n")
                try await shell.resize(columns: 132, rows: 50)
                try await shell.type("stty size\r")
                try await shell.read(through: "50 132\r\n")
                try await shell.type("cat ~/file; (touch ~/begun; exec sleep 1000)\r")
                try await shell.read(through: "x\r\n")
                _ = try await session.run("until [ -e ~/begun ]; do :; done")
                // Control-C ends what is in the foreground, and not the shell.
                try await shell.type("\u{3}")
                try await shell.type("echo still he''re\r")
                try await shell.read(through: "still here\r\n")
            }
        }
    }

    @Test func exitIsTold() async throws {
        try await withSession { session in
            try await TerminalClient.with(session.id, port: session.api.port) { shell in
                try await shell.type("exit 7\r")
                let (told, code) = try await shell.readToEnd()
                #expect(told.last == #"{"exit":{"status":7}}"# && code == 1000)
            }
        }
    }

    @Test func itSurvivesALostConnectionAndReplays() async throws {
        try await withSession { session in
            let id = try await TerminalClient.with(session.id, port: session.api.port) { shell in
                try await shell.type("X=kept; echo be''fore\r")
                try await shell.read(through: "before\r\n")
                return shell.id
            }
            try await TerminalClient.with(session.id, query: "?terminal=\(id)", port: session.api.port) { shell in
                try await shell.read(through: "before\r\n")
                try await shell.type("echo $X\r")
                try await shell.read(through: "kept\r\n")
                // A second viewer sees the same, and may type too.
                try await TerminalClient.with(session.id, query: "?terminal=\(id)", port: session.api.port) { other in
                    try await other.type("echo from the ot''her\r")
                    try await other.read(through: "from the other\r\n")
                    try await shell.read(through: "from the other\r\n")
                }
            }
            let list = String(decoding: try await session.api.get("\(session.path)/terminals").body, as: UTF8.self)
            #expect(list.contains(id))
            #expect(try await session.api.delete("\(session.path)/terminals/\(id)").status == 204)
            await #expect(throws: TerminalClient.Refused.self) {
                try await TerminalClient.with(session.id, query: "?terminal=\(id)", port: session.api.port) { _ in }
            }
        }
    }

    /// `yes` neither fills memory nor blocks others, also when its viewer does not read.
    @Test func aFloodBlocksNobody() async throws {
        try await withSession { session in
            try await TerminalClient.with(session.id, port: session.api.port) { flooded in
                try await flooded.type("yes\r")
                try await flooded.read(through: "y\r\ny\r\ny\r\n")
                let before = try #require(HostProcess.residentBytes(of: ServerProcess.current.pid))
                try await TerminalClient.with(session.id, port: session.api.port) { other in
                    for number in 1...20 {
                        try await other.type("echo is\(number)e''nd\r")
                        try await other.read(through: "is\(number)end\r\n")
                    }
                }
                #expect(try await session.run("echo free").output == "free\n")
                let after = try #require(HostProcess.residentBytes(of: ServerProcess.current.pid))
                #expect(after - before < 100 << 20, "\(before) \(after)")
                try await flooded.type("\u{3}")
                try await flooded.type("echo st''opped\r")
                try await flooded.read(through: "stopped\r\n")
            }
        }
    }

    @Test func endingTheSessionEndsIt() async throws {
        let api = try ServerProcess.current.api
        let made: SessionAnswer = try await api.post("/api/v1/sessions", body: "{}").decoded()
        try await TerminalClient.with(made.id, port: api.port) { shell in
            try await shell.type("echo he''re\r")
            try await shell.read(through: "here\r\n")
            #expect(try await api.delete("/api/v1/sessions/\(made.id)").status == 204)
            let (told, code) = try await shell.readToEnd()
            #expect(told.last?.contains("exit") == true && code == 1000)
        }
    }

    @Test func foreignPagesAreRefused() async throws {
        try await withSession { session in
            let port = session.api.port
            await #expect(throws: TerminalClient.Refused.self) {
                try await TerminalClient.with(session.id, headers: ["Origin: http://evil.example"], port: port) { _ in }
            }
            try await TerminalClient.with(session.id, headers: ["Origin: http://127.0.0.1:\(port)"], port: port) {
                try await $0.type("echo al''lowed\r")
                try await $0.read(through: "allowed\r\n")
            }
        }
    }
}

/// The end of a server with terminals open.
@Suite(.timeLimit(.minutes(2))) struct TerminalShutdownTests {
    @Test func shuttingDownClosesTerminalsAndLeavesNothing() async throws {
        try await ServerProcess.with { server in
            let made: SessionAnswer = try await server.api.post("/api/v1/sessions", body: "{}").decoded()
            try await TerminalClient.with(made.id, port: server.api.port) { shell in
                try await shell.type("echo he''re; sleep 1000\r")
                try await shell.read(through: "here\r\n")
                let traces = try await server.traces()
                server.signal(SIGTERM)
                let (_, code) = try await shell.readToEnd()
                #expect(code == 1001)
                #expect(try await server.exitStatus() == 0)
                try await server.expectNothingLeft(of: traces)
            }
        }
    }
}
