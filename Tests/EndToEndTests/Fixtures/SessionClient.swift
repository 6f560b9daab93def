import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// What `POST /api/v1/execute` answers, as far as tests look at it.
struct CommandAnswer: Decodable, Sendable {
    struct ResourceUsage: Decodable, Sendable {
        let memory: Double
        let cpu: Double
        let memoryBytes: Int
    }

    let success: Bool
    let status: String
    let output: String
    let stdout: String
    let stderr: String
    let outputTruncated: Bool
    let error: String?
    let exitCode: Int?
    let signal: String?
    let executionTime: Double
    let workingDirectory: String
    let resourceUsage: ResourceUsage?
    let backgroundProcesses: Bool
    let sessionId: String
    let pid: Int?
}

struct SessionAnswer: Decodable, Sendable {
    struct Usage: Decodable, Sendable {
        let commands: Int
        let cpuMs: Double
        let memoryBytes: Int?
    }

    let id: String
    let name: String?
    let state: String
    let `default`: Bool
    let workingDirectory: String
    let running: Int
    let usage: Usage
}

struct ProcessAnswer: Decodable, Sendable {
    let pid: Int
    let command: String
    let state: String
    let status: String
    let exitCode: Int?
    let signal: String?
    let outputBytes: Int
}

struct ProcessOutputAnswer: Decodable, Sendable {
    let output: String
    let offset: Int
    let nextOffset: Int
    let complete: Bool
}

/// One session of a real server.
struct SessionClient: Sendable {
    let api: APIClient
    let id: String

    /// Makes a session, has `body` use it, and ends it.
    static func with<Value>(
        _ api: APIClient, _ wishes: String = "{}", isolation: isolated (any Actor)? = #isolation,
        _ body: (SessionClient) async throws -> Value
    ) async throws -> Value {
        let made = try await api.post("/api/v1/sessions", body: wishes)
        try #require(made.status == 201, "\(String(decoding: made.body, as: UTF8.self))")
        let session = SessionClient(api: api, id: try made.decoded(as: SessionAnswer.self).id)
        let value = try await body(session)
        #expect(try await api.delete(session.path).status == 204)
        return value
    }

    var path: String { "/api/v1/sessions/\(id)" }

    func answer() async throws -> SessionAnswer { try await api.get(path).decoded() }

    /// Runs a command to its end.
    func run(_ command: String, _ more: [String: Any] = [:]) async throws -> CommandAnswer {
        let answer = try await send(command, more)
        try #require(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
        return try answer.decoded()
    }

    /// Starts a command, and answers its process.
    func start(_ command: String) async throws -> Int {
        let answer = try await send(command, ["background": true])
        try #require(answer.status == 202, "\(String(decoding: answer.body, as: UTF8.self))")
        return try #require(try answer.decoded(as: CommandAnswer.self).pid)
    }

    func send(_ command: String, _ more: [String: Any] = [:]) async throws -> APIClient.Answer {
        let body = more.merging(["command": command, "session_id": id]) { $1 }
        return try await api.post(body: Array(try JSONSerialization.data(withJSONObject: body)), to: "/api/v1/execute")
    }

    /// Runs a program in the session's files.
    func program(_ code: String, _ language: String) async throws -> RunAnswer {
        let body = ["code": code, "language": language, "session_id": id]
        let answer = try await api.post(body: Array(try JSONSerialization.data(withJSONObject: body)))
        try #require(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
        return try answer.decoded()
    }

    func process(_ pid: Int) async throws -> ProcessAnswer { try await api.get("\(path)/processes/\(pid)").decoded() }

    func processes() async throws -> [ProcessAnswer] {
        try await api.get("\(path)/processes").decoded(as: [String: [ProcessAnswer]].self)["processes"] ?? []
    }

    /// All output of a background command, read in parts until there is no more.
    func output(of pid: Int, limit: Int = 65536) async throws -> String {
        var text = ""
        var offset = 0
        while true {
            let part: ProcessOutputAnswer =
                try await api.get("\(path)/processes/\(pid)/output?offset=\(offset)&limit=\(limit)&wait_ms=1000")
                .decoded()
            text += part.output
            offset = part.nextOffset
            if part.complete { return text }
        }
    }

    /// Has `body` read what happens in the session. The connection is closed when `body` is done.
    func events<Value: Sendable>(
        _ body: (inout ServerSentEvents) async throws -> Value
    ) async throws -> Value {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(api.port)\(path)/events")
        if let key = api.key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        try #require(response.status == .ok)
        var events = ServerSentEvents(response.body)
        return try await body(&events)
    }
}
