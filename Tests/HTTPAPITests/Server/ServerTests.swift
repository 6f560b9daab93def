import HTTPTypes
import Isolation
import Logging
import Synchronization
import Testing

@testable import HTTPAPI
@testable import Sessions

@Suite struct ServerTests {
    @Test(arguments: ["/", "/health"])
    func healthTellsTheStateOfTheServer(path: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.get(path)
            #expect(answer.status == .ok)
            let json = try answer.json()
            #expect(json["status"] == "ok")
            #expect(json["version"] == "1.2.3")
            #expect(json["uptime_seconds"] == 0)
            #expect(json["isolation"]?["level"] == "namespaces")
            #expect(json["limits"]?["memory_mb"] == 256)
            #expect(json["languages"]?["python"] == "Python 3 1.0")
            #expect(json["languages"]?["rust"] == .null)
            #expect(json["load"]?["maximum_running"] == 2)
            #expect(json["capabilities"] == ["analysis", "files", "sessions", "system", "terminal"])
        }
    }

    @Test func aLongAnswerIsCompressedForWhoeverCanReadThat() async throws {
        try await TestServer().test { client in
            let plain = try await client.get("/openapi.yaml", headers: [.acceptEncoding: "gzip;q=0, identity"])
            #expect(plain.headers[.contentEncoding] == nil)
            #expect(plain.headers[.vary]?.contains("Accept-Encoding") == true)
            let compressed = try await client.get("/openapi.yaml", headers: [.acceptEncoding: "br, gzip;q=0.8"])
            #expect(compressed.headers[.contentEncoding] == "gzip")
            let bytes = compressed.bytes
            #expect(compressed.headers[.contentLength] == String(bytes.count))
            #expect(bytes.count < plain.bytes.count / 3)
            var rest = bytes[...]
            let gzip = try GzipDecompressor()
            var unpacked: [UInt8] = []
            while !rest.isEmpty { unpacked += try gzip.decompress(&rest, limit: 1 << 20) }
            #expect(unpacked == plain.bytes)
            // Short ones would not become shorter by much.
            let health = try await client.get("/health", headers: [.acceptEncoding: "gzip"])
            #expect(health.headers[.contentEncoding] == nil)
        }
    }

    @Test func aServerThatCannotKeepSessionsSaysSo() async throws {
        let sessions = ScriptedSessions(obstacle: "This server keeps no sessions: it is not root.")
        try await TestServer(sessions: sessions).test { client in
            #expect(try await client.get("/health").json()["capabilities"] == ["analysis", "system"])
            #expect(try await client.get("/security/policy").json()["sessions"] == .null)
            for path in ["/api/v1/sessions", "/api/v1/sessions/ses_\(String(repeating: "0", count: 32))"] {
                let answer = try await client.get(path)
                #expect(answer.status == .notFound)
                #expect(try answer.string("error") == "This server keeps no sessions: it is not root.")
            }
            let command = try await client.post(#"{"command": "ls"}"#, to: "/api/v1/execute")
            #expect(command.status == .notFound)
        }
    }

    /// All places taken, by programs that run or, before any runs, by those that are being read.
    @Test(arguments: [(2, 8), (0, 10)])
    func aServerWithAFullQueueIsAliveAndNotReady(running: Int, queued: Int) async throws {
        try await TestServer(ScriptedExecutions(running: running, queued: queued)).test { client in
            let health = try await client.get("/health")
            #expect(health.status == .ok)
            #expect(try health.string("status") == "degraded")
            #expect(try health.string("reason") == "the queue is full")
            let ready = try await client.get("/ready")
            #expect(ready.status == .serviceUnavailable)
            #expect(ready.headers[.retryAfter] == "1")
            #expect(try ready.string("code") == "overloaded")
        }
        try await TestServer(ScriptedExecutions(running: running, queued: queued - 1)).test { client async throws in
            #expect(try await client.get("/ready").status == .ok)
        }
    }

    @Test func aMachineWithoutIsolationIsNotReady() async throws {
        let executions = try ScriptedExecutions(isolation: IsolationReport(level: .none, layers: []))
        try await TestServer(executions).test { client async throws in
            #expect(try await client.get("/health").string("status") == "degraded")
            #expect(try await client.get("/ready").status == .serviceUnavailable)
        }
    }

    @Test(arguments: ["/languages", "/api/v1/languages"])
    func languagesAreListedWithWhatIsMissing(path: String) async throws {
        try await TestServer().test { client in
            let languages = try await client.get(path).json()["languages"]?.elements ?? []
            #expect(languages.map { $0["name"] } == ["bash", "cpp", "javascript", "python", "rust"])
            #expect(languages.map { $0["available"] } == [true, true, true, true, false])
            #expect(languages[4]["reason"] == "rustc is missing.")
            #expect(languages[4]["version"] == .null)
            #expect(languages.map { $0["compiled"] } == [false, true, false, false, true])
            #expect(languages[3]["extension"] == ".py")
        }
    }

    @Test func thePolicyTellsAllLimits() async throws {
        try await TestServer().test { client in
            let json = try await client.get("/security/policy").json()
            #expect(json["limits"]?["default"]?["wall_ms"] == 10000)
            #expect(json["limits"]?["maximum"]?["wall_ms"] == 30000)
            #expect(json["limits"]?["compile"]?["memory_mb"] == 1024)
            #expect(json["isolation"]?["layers"]?["cgroup"] == "v2")
            #expect(json["request"]?["body_bytes"] == .integer(16 << 20))
        }
    }

    @Test func headAnswersWhereGetDoesWithoutABody() async throws {
        let server = try TestServer()
        try await server.test { client in
            for route in server.api.routes where route.method == .get && !route.path.contains("{") {
                let get = try await client.get(route.path)
                let head = try await client.send(.head, route.path)
                #expect(head.status == get.status, "\(route.path)")
                // A stream has no length, and metrics count the requests that ask for them.
                if let length = get.headers[.contentLength], route.path != "/metrics" {
                    #expect(head.headers[.contentLength] == length, "\(route.path)")
                }
                #expect(head.body.isEmpty, "\(route.path)")
            }
        }
    }

    @Test(arguments: ["/nothing", "/api", "/execute/more", "/api/v1/runs/a/b"])
    func anUnknownPathIs404(path: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.get(path)
            #expect(answer.status == .notFound)
            #expect(try answer.keys() == ["success", "error", "code", "field", "request_id", "timestamp"])
            #expect(try answer.string("error")?.contains(path) == true)
            try await client.expectThatAGoodRequestWorks()
        }
    }

    @Test(arguments: [
        ("/execute", HTTPRequest.Method.get, "POST"), ("/health", .post, "GET, HEAD"),
        ("/api/v1/runs", .delete, "POST, GET, HEAD"), ("/api/v1/runs/run_0", .put, "GET, HEAD, DELETE"),
    ])
    func aWrongMethodIs405AndNamesTheRightOnes(path: String, method: HTTPRequest.Method, allowed: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(method, path)
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == allowed)
            #expect(try answer.string("code") == "method_not_allowed")
        }
    }

    @Test(arguments: ["abc", "A-b_c.9", String(repeating: "a", count: 64)])
    func aCallersRequestIDIsKept(id: String) async throws {
        try await TestServer().test { client in
            #expect(try await client.get("/health", headers: [.xRequestID: id]).headers[.xRequestID] == id)
            let error = try await client.get("/nothing", headers: [.xRequestID: id])
            #expect(error.headers[.xRequestID] == id)
            #expect(try error.string("request_id") == id)
        }
    }

    @Test(arguments: ["a b", "a\"b", "é", String(repeating: "a", count: 65)])
    func aRequestIDThatCouldForgeALogIsReplaced(id: String) async throws {
        try await TestServer().test { client in
            let made = try await client.get("/health", headers: [.xRequestID: id]).headers[.xRequestID]
            #expect(made != id)
            #expect(made?.count == 16)
        }
    }

    @Test func everyRequestIsLoggedOnce() async throws {
        let lines = LogLines()
        let logger = Logger(label: "test") { _ in lines.handler }
        try await TestServer(logger: logger).test { client in
            _ = try await client.post(#"{"code": "x", "language": "bash"}"#, headers: [.xRequestID: "one"])
            _ = try await client.post(
                #"{"code": "x", "language": "bash"}"#, headers: [.xRequestID: "two", .accept: "text/event-stream"])
            _ = try await client.get("/nothing", headers: [.xRequestID: "three"])
        }
        let logged = lines.all
        #expect(logged.map { $0["request_id"] } == ["one", "two", "three"])
        #expect(logged.map { $0["status"] } == ["200", "200", "404"])
        #expect(logged.map { $0["path"] } == ["/execute", "/execute", "/nothing"])
        #expect(logged.map { $0["execution_id"] != nil } == [true, true, false])
        #expect(logged.allSatisfy { $0["duration_ms"] != nil && $0["method"] != nil })
    }
}

/// Keeps the metadata of every line.
final class LogLines: Sendable {
    private let lines = Mutex<[Logger.Metadata]>([])

    var all: [Logger.Metadata] { lines.withLock { $0 } }
    var handler: any LogHandler { Handler(lines: self) }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append(event.metadata ?? [:]) }
        }
    }
}
