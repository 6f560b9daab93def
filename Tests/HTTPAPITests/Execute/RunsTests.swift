import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite struct RunsTests {
    private let unknown = "run_" + String(repeating: "0", count: 32)

    @Test func anAsynchronousRunIsAskedForLater() async throws {
        try await TestServer().test { client in
            let accepted = try await client.post(#"{"code": "hello", "language": "bash", "async": true}"#)
            #expect(accepted.status == .accepted)
            let id = try #require(try accepted.string("execution_id"))
            #expect(accepted.headers[.location] == "/api/v1/runs/\(id)")
            #expect(try accepted.string("status") == "running")
            let answer = try await client.get("/api/v1/runs/\(id)?wait_ms=60000")
            #expect(answer.status == .ok)
            #expect(try answer.string("stdout") == "hello")
            let exact = try await client.get("/api/v1/runs/\(id)?output_encoding=base64")
            #expect(try exact.string("stdout") == "aGVsbG8=")
        }
    }

    @Test func aRunThatGoesOnIsRunning() async throws {
        try await TestServer().test { client in
            let accepted = try await client.post(#"{"code": "wait", "language": "bash", "async": true}"#)
            let id = try #require(try accepted.string("execution_id"))
            let answer = try await client.get("/api/v1/runs/\(id)")
            #expect(answer.status == .ok)
            #expect(try answer.json() == ["execution_id": .string(id), "status": "running"])
        }
    }

    @Test func aRunIsCancelledOnceAndForAll() async throws {
        let server = try TestServer()
        try await server.test { client in
            let accepted = try await client.post(#"{"code": "wait", "language": "bash", "async": true}"#)
            let id = try #require(try accepted.string("execution_id"))
            for _ in 1...2 {
                let answer = try await client.send(.delete, "/api/v1/runs/\(id)")
                #expect(answer.status == .ok)
                #expect(try answer.string("status") == "cancelled")
                #expect(try answer.json()["success"] == false)
            }
            let after = try await client.get("/api/v1/runs/\(id)")
            #expect(try after.string("status") == "cancelled")
        }
        #expect(try await server.executions.next().isCancelled)
    }

    @Test func cancellingARunThatEndedChangesNothing() async throws {
        try await TestServer().test { client in
            let accepted = try await client.post(#"{"code": "hello", "language": "bash", "async": true}"#)
            let id = try #require(try accepted.string("execution_id"))
            let answer = try await client.send(.delete, "/api/v1/runs/\(id)")
            #expect(try answer.string("status") == "ok")
        }
    }

    @Test(arguments: ["nonsense", "run_0", "run_" + String(repeating: "0", count: 32), "..%2f..", "%00"])
    func anUnknownRunIs404(id: String) async throws {
        try await TestServer().test { client in
            for method in [HTTPRequest.Method.get, .delete] {
                let answer = try await client.send(method, "/api/v1/runs/\(id)")
                #expect(answer.status == .notFound)
                #expect(try answer.string("code") == "not_found")
            }
        }
    }

    @Test(arguments: ["-1", "60001", "1.5", "x", "", "99999999999999999999"])
    func aWaitOutOfRangeIsNamed(wait: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.get("/api/v1/runs/\(unknown)?wait_ms=\(wait)")
            #expect(answer.status == .badRequest)
            #expect(try answer.string("field") == "wait_ms")
            #expect(try answer.string("error")?.contains("0 and 60000") == true)
        }
    }

    @Test(arguments: ["wait=1", "wait_ms=1&wait_ms=2", "output_encoding=hex"])
    func aQueryThatMeansNothingIsRefused(query: String) async throws {
        try await TestServer().test { client async throws in
            #expect(try await client.get("/api/v1/runs/\(unknown)?\(query)").status == .badRequest)
        }
    }

    @Test func runsAreListedTheNewestFirst() async throws {
        try await TestServer().test { client in
            for code in ["one", "crash"] { _ = try await client.post(#"{"code": "\#(code)", "language": "bash"}"#) }
            _ = try await client.post(#"{"code": "wait", "language": "python", "async": true}"#)
            let runs = try await client.get("/api/v1/runs").json()["runs"]?.elements ?? []
            #expect(runs.map { $0["status"] } == ["running", "signaled", "ok"])
            #expect(runs.map { $0["success"] } == [JSONValue.null, false, true])
            #expect(runs.map { $0["language"] } == ["python", "bash", "bash"])
            let newest = try await client.get("/api/v1/runs?limit=1").json()["runs"]?.elements
            #expect(newest?.count == 1)
            #expect(try await client.get("/api/v1/runs?limit=0").status == .badRequest)
            #expect(try await client.get("/api/v1/runs?limit=101").status == .badRequest)
        }
    }
}
