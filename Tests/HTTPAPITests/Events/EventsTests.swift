import Isolation
import Sessions
import Testing

@testable import HTTPAPI

@Suite(.timeLimit(.minutes(1))) struct EventsTests {
    private func begin(_ id: SessionID, over connection: RawConnection, key: String? = nil) async throws {
        let header = key.map { "X-API-Key: \($0)\r\n" } ?? ""
        try await connection.send("GET /api/v1/sessions/\(id)/events HTTP/1.1\r\nHost: a\r\n\(header)\r\n")
        _ = try await connection.read(through: "event: state\ndata: {\"state\":\"active\"}\n\n")
    }

    @Test func whatHappensIsTold() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connect { connection in
                try await begin(id, over: connection)
                let path = try FilePath(text: Array("a/b.txt".utf8))
                server.sessions.tell(.files(FileChange(.created, path, isFolder: false)), in: id)
                _ = try await connection.read(
                    through: #"data: {"change":"created","path":"a/b.txt","from":null,"folder":false}"#)
                server.sessions.tell(.files(FileChange(.moved(from: path), path, isFolder: true)), in: id)
                _ = try await connection.read(through: #""from":"a/b.txt","folder":true}"#)
                server.sessions.tell(.commandStarted(pid: 5, command: "ls\n"), in: id)
                _ = try await connection.read(
                    through: "event: command_started\ndata: {\"pid\":5,\"command\":\"ls\\n\"}")
                server.sessions.tell(.commandEnded(pid: 5, outcome: .nonzeroExit, exitCode: 2), in: id)
                _ = try await connection.read(through: #""status":"nonzero_exit","exit_code":2}"#)
                server.sessions.tell(.missed(3), in: id)
                _ = try await connection.read(through: "event: missed\ndata: {\"events\":3}\n\n")
                server.sessions.tell(.state(.hibernated), in: id)
                _ = try await connection.read(through: #""state":"hibernated""#)
            }
        }
    }

    @Test func theStreamEndsWithTheSession() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connect { connection in
                try await begin(id, over: connection)
                try await server.sessions.end(id, by: .local)
                _ = try await connection.read(through: "0\r\n\r\n")
            }
        }
    }

    @Test func theStreamEndsWithTheServer() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connect { connection in
                try await begin(id, over: connection)
                await live.shutDown()
                _ = try await connection.readToEnd()
            }
        }
    }

    @Test func aSilentStreamIsKeptOpen() async throws {
        let server = try TestServer(configure: { $0.keepAlive = .milliseconds(5) })
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connect { connection in
                try await begin(id, over: connection)
                _ = try await connection.read(through: ": keep-alive\n\n")
                _ = try await connection.read(through: ": keep-alive\n\n")
            }
        }
    }

    @Test func aRevokedKeyEndsTheStream() async throws {
        let server = try TestServer(anonymous: .refused, configure: { $0.keyCheckInterval = .milliseconds(5) })
        let (key, secret) = try await server.keys.create(try NewKey(name: "n"), by: .commandLine)
        let id = server.sessions.add(.key(key.id))
        try await server.live { live in
            try await live.connect { connection in
                try await begin(id, over: connection, key: secret.text)
                _ = try await server.keys.revoke(key.id, by: .commandLine)
                _ = try await connection.read(through: "0\r\n\r\n")
            }
        }
    }
}
