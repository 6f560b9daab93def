import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Sessions
import Testing

@testable import HTTPAPI

/// An API over scripted executions and sessions.
struct TestServer {
    let executions: ScriptedExecutions
    let sessions: ScriptedSessions
    let store = InMemoryStore()
    let keys: KeyRing
    let quotas = Quotas()
    let journal: Journal
    let monitor: SystemMonitor
    let api: APIServer

    /// Without `anonymous` callers need no key, and have no bounds.
    init(
        _ executions: ScriptedExecutions? = nil, anonymous: Authenticator.Anonymous = .allowed(.unbounded),
        configuredKey: String? = nil, failures: FailedAttempts = FailedAttempts(),
        sessions: ScriptedSessions = ScriptedSessions(), files: (any SessionFiles)? = nil,
        logger: Logger = TestServer.silent,
        configure: (inout APIServer.Configuration) -> Void = { _ in }
    ) throws {
        var configuration = APIServer.Configuration(version: "1.2.3")
        configuration.port = 0
        configuration.shutdownGrace = .zero
        configure(&configuration)
        self.executions = try executions ?? ScriptedExecutions()
        self.sessions = sessions
        keys = KeyRing(.init(quota: .sample, configured: configuredKey), store: store, logger: logger)
        journal = Journal(records: store, logger: logger)
        monitor = SystemMonitor(facts: .sample, reader: MachineReader(folder: "/"), logger: logger)
        monitor.take(try .sample)
        api = try APIServer(
            configuration: configuration,
            services: APIServer.Services(
                executions: self.executions,
                authenticator: Authenticator(keys: keys, anonymous: anonymous, failures: failures), quotas: quotas,
                audit: store, journal: journal, monitor: monitor, metrics: PrometheusRegistry(),
                sessions: sessions, files: files),
            logger: logger, now: { Date(timeIntervalSince1970: 1_700_000_000.25) })
    }

    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs the test against the routes, without a socket.
    func test<Value>(_ body: @Sendable (any TestClientProtocol) async throws -> Value) async throws -> Value {
        try await api.application().test(.router, body)
    }
}

/// An answer with its body read as JSON.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let bytes: [UInt8]

    init(_ response: TestResponse) {
        status = response.status
        headers = response.headers
        bytes = Array(response.body.readableBytesView)
    }

    var body: String { String(decoding: bytes, as: UTF8.self) }

    func json() throws -> JSONValue { try JSONParser.parse(Array(body.utf8)) }

    /// The members' names, in order.
    func keys() throws -> [String] { try json().keys }

    func string(_ key: String) throws -> String? {
        guard case .string(let text)? = try json()[key] else { return nil }
        return text
    }
}

extension JSONValue {
    var keys: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.key)
    }

    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}

extension TestClientProtocol {
    func get(_ uri: String, headers: HTTPFields = [:]) async throws -> Answer {
        Answer(try await execute(uri: uri, method: .get, headers: headers) { $0 })
    }

    func send(_ method: HTTPRequest.Method, _ uri: String, headers: HTTPFields = [:]) async throws -> Answer {
        Answer(try await execute(uri: uri, method: method, headers: headers) { $0 })
    }

    func post(
        _ body: String, to uri: String = "/execute", headers: HTTPFields = [.contentType: "application/json"]
    ) async throws -> Answer {
        try await post(ByteBuffer(string: body), to: uri, headers: headers)
    }

    func post(_ body: JSONValue, to uri: String = "/execute") async throws -> Answer {
        var buffer = ByteBuffer()
        body.write(to: &buffer)
        return try await post(buffer, to: uri)
    }

    func post(
        _ body: ByteBuffer?, to uri: String = "/execute", headers: HTTPFields = [.contentType: "application/json"]
    ) async throws -> Answer {
        Answer(try await execute(uri: uri, method: .post, headers: headers, body: body) { $0 })
    }

    /// The next request works, whatever the one before did.
    func expectThatAGoodRequestWorks(_ location: SourceLocation = #_sourceLocation) async throws {
        let answer = try await post(#"{"code": "hello", "language": "python"}"#)
        #expect(answer.status == .ok, sourceLocation: location)
        #expect(try answer.string("stdout") == "hello", sourceLocation: location)
    }
}
