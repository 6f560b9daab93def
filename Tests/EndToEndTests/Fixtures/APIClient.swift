import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// Speaks to a server over a real socket.
struct APIClient: Sendable {
    /// Where nobody listens, that is an answer, and nothing to try again for seconds: the server may have been killed.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    let port: Int
    /// Sent with every request, if there is one.
    var key: String?

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        func header(_ name: String) -> String? { headers.first(name: name) }

        func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Value.self, from: Data(body))
        }
    }

    /// Runs a program to its end.
    func run(_ request: RunRequest) async throws -> RunAnswer {
        let answer = try await post(request)
        try #require(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
        return try answer.decoded()
    }

    /// Starts a program and answers its id at once.
    func start(_ request: RunRequest) async throws -> String {
        var request = request
        request.async = true
        let answer = try await post(request)
        try #require(answer.status == 202, "\(String(decoding: answer.body, as: UTF8.self))")
        return try answer.decoded(as: RunAnswer.self).executionId
    }

    func post(_ request: RunRequest) async throws -> Answer { try await post(body: Self.json(request)) }

    func post(body: [UInt8], to path: String = "/execute") async throws -> Answer {
        try await send(.POST, path, body: body)
    }

    func analyze(_ code: String, language: String, policy: String? = nil) async throws -> SecurityReport {
        let request = RunRequest(code: code, language: language, policy: policy)
        let answer = try await post(body: Self.json(request), to: "/api/v1/analyze")
        try #require(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
        return try answer.decoded()
    }

    func post(_ path: String, body: String) async throws -> Answer {
        try await send(.POST, path, body: Array(body.utf8))
    }

    func get(_ path: String) async throws -> Answer { try await send(.GET, path) }

    /// The level of the server's runs.
    func isolationLevel() async throws -> String {
        struct Health: Decodable { let isolation: RunAnswer.Isolation }
        return try await get("/health").decoded(as: Health.self).isolation.level
    }

    func put(_ path: String, body: [UInt8]) async throws -> Answer { try await send(.PUT, path, body: body) }

    func patch(_ path: String, body: String) async throws -> Answer {
        try await send(.PATCH, path, body: Array(body.utf8))
    }

    func delete(_ path: String) async throws -> Answer { try await send(.DELETE, path) }

    /// The same server, spoken to with a key.
    func with(key: String) -> APIClient { APIClient(port: port, key: key) }

    func load() async throws -> HealthAnswer.Load { try await get("/health").decoded(as: HealthAnswer.self).load }

    /// Has `body` read the events of a run while it goes on. The connection is closed when `body` is done.
    func events<Value: Sendable>(
        of request: RunRequest, _ body: @escaping @Sendable (inout ServerSentEvents) async throws -> Value
    ) async throws -> Value {
        var http = self.request(.POST, "/execute")
        http.headers.add(name: "Accept", value: "text/event-stream")
        http.body = .bytes(try Self.json(request))
        let response = try await Self.http.execute(http, timeout: .seconds(120))
        try #require(response.status == .ok)
        try #require(response.headers.first(name: "Content-Type")?.hasPrefix("text/event-stream") == true)
        var events = ServerSentEvents(response.body)
        return try await body(&events)
    }

    private func send(_ method: HTTPMethod, _ path: String, body: [UInt8]? = nil) async throws -> Answer {
        var request = request(method, path)
        if let body { request.body = .bytes(body) }
        let response = try await Self.http.execute(request, timeout: .seconds(120))
        let buffer = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, body: Array(buffer.readableBytesView))
    }

    private func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        request.headers.add(name: "Content-Type", value: "application/json")
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        return request
    }

    private static func json(_ request: RunRequest) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(request))
    }
}
