import Testing

@Suite struct OverloadTests {
    @Test func whatFitsNeitherAmongTheRunningNorTheQueuedIsRefusedAtOnce() async throws {
        try await ServerProcess.with(["MAX_CONCURRENT_RUNS": "1", "MAX_QUEUED_RUNS": "1"]) { server in
            let api = server.api
            let running = try await api.start(RunRequest(code: "sleep 600"))
            let queued = try await api.start(RunRequest(code: "echo at last"))
            // Neither ends by itself before this is answered.
            let refused = try await api.post(RunRequest(code: "echo no"))
            #expect(refused.status == 503)
            #expect(refused.header("Retry-After").flatMap { Int($0) } ?? 0 > 0)
            #expect(try refused.decoded(as: ErrorAnswer.self).code == "overloaded")
            #expect(try await api.get("/ready").status == 503)
            let load = try await api.load()
            #expect([load.running, load.queued] == [1, 1])

            _ = try await api.delete("/api/v1/runs/\(running)")
            let answer = try await api.get("/api/v1/runs/\(queued)?wait_ms=60000").decoded(as: RunAnswer.self)
            #expect(answer.stdout == "at last\n")
            try await api.expectThatTheNextRunWorks()
            #expect(try await api.get("/ready").status == 200)
        }
    }
}
