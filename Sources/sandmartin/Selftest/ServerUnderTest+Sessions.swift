import Foundation
import NIOHTTP1

/// A session that lasts as long as a check needs it.
struct SelftestSession: Sendable {
    let server: ServerUnderTest
    let id: String

    private struct Created: Decodable {
        let id: String
    }

    /// What a command is answered with.
    struct CommandAnswer: Decodable {
        let success: Bool
        let stdout: String
        let exitCode: Int?
        let workingDirectory: String?
        let sessionId: String
        let error: String?
    }

    /// Makes a session, and ends it when `body` is done or throws.
    static func with<Value: Sendable>(
        _ server: ServerUnderTest, _ body: (SelftestSession) async throws -> Value
    ) async throws -> Value {
        try server.require("sessions")
        let made = try server.read(
            try await server.post("/api/v1/sessions", json: #"{"name": "selftest"}"#), status: 201, as: Created.self)
        let session = SelftestSession(server: server, id: made.id)
        do {
            let value = try await body(session)
            let ended = try await session.end()
            try expect((200...204).contains(ended), "its end was answered with \(ended)")
            return value
        } catch {
            // The failure of the check is what counts; a session that stays ends by its own idle time.
            _ = try? await session.end()
            throw error
        }
    }

    private func end() async throws -> Int { try await server.send(.DELETE, path).status }

    var path: String { "/api/v1/sessions/\(id)" }

    func execute(_ command: String) async throws -> CommandAnswer {
        let body = try JSONEncoder().encode(["command": command, "session_id": id])
        let answer = try await server.post("/api/v1/execute", json: String(decoding: body, as: UTF8.self))
        return try server.read(answer)
    }

    func put(_ file: String, _ content: String, headers: HTTPHeaders = [:]) async throws -> ServerUnderTest.Answer {
        var all: HTTPHeaders = ["Content-Type": "application/octet-stream"]
        all.add(contentsOf: headers)
        return try await server.send(.PUT, "\(path)/files/\(file)", headers: all, body: Array(content.utf8))
    }

    func get(_ file: String, headers: HTTPHeaders = [:]) async throws -> ServerUnderTest.Answer {
        try await server.send(.GET, "\(path)/files/\(file)", headers: headers)
    }
}
