import Testing

@Suite(.server) struct EventStreamTests {
    @Test func outputArrivesWhileTheProgramRuns() async throws {
        let api = try ServerProcess.current.api
        // The program ends by being cancelled, and that happens only after its output was read.
        let request = RunRequest(code: "echo ready; echo also >&2; sleep 600")
        let result = try await api.events(of: request) { events in
            let started = try #require(try await events.next())
            #expect(started.name == "started")
            let id = try started.decoded(as: [String: String].self)["execution_id"]
            let output = [try #require(try await events.next()), try #require(try await events.next())]
            #expect(Set(output.map(\.name)) == ["stdout", "stderr"])
            #expect(Set(try output.map { try $0.text }) == ["ready\n", "also\n"])
            _ = try await api.delete("/api/v1/runs/\(try #require(id))")
            let rest = try await events.rest()
            #expect(rest.map(\.name) == ["result"])
            return try #require(rest.last).decoded(as: RunAnswer.self)
        }
        #expect(result.status == "cancelled")
        #expect(result.stdout == "ready\n")
    }

    @Test func aCompiledProgramTellsItsCompilerFirst() async throws {
        let request = RunRequest(
            code: "#include <cstdio>\nint main() { std::puts(\"built\"); }", language: "cpp")
        let events = try await ServerProcess.current.api.events(of: request) { try await $0.rest() }
        #expect(events.map(\.name) == ["started", "compile", "stdout", "result"])
        #expect(try events[1].decoded(as: RunAnswer.Step.self).status == "ok")
        #expect(try events[2].text == "built\n")
        #expect(try events[3].decoded(as: RunAnswer.self).status == "ok")
    }
}

/// One after the other: each asks how many programs run on its server.
@Suite(.server, .serialized) struct CancellationTests {
    @Test func closingTheStreamEndsTheRun() async throws {
        let api = try ServerProcess.current.api
        let id = try await api.events(of: RunRequest(code: "echo ready; sleep 600")) { events in
            let started = try #require(try await events.next())
            #expect(try #require(try await events.next()).name == "stdout")
            #expect(try await api.load().running == 1)
            return try #require(try started.decoded(as: [String: String].self)["execution_id"])
        }
        try await eventually("no program runs") { try await api.load().running == 0 }
        let answer = try await api.get("/api/v1/runs/\(id)").decoded(as: RunAnswer.self)
        #expect(answer.status == "cancelled")
    }

    @Test func closingTheConnectionOfAPlainRequestEndsTheRun() async throws {
        let api = try ServerProcess.current.api
        let request = Task { try await api.run(RunRequest(code: "sleep 600")) }
        try await eventually("the program runs") { try await api.load().running == 1 }
        request.cancel()
        try await eventually("no program runs") { try await api.load().running == 0 }
        try await api.expectThatTheNextRunWorks()
    }

    @Test func anAsynchronousRunCanBeWaitedFor() async throws {
        let api = try ServerProcess.current.api
        let id = try await api.start(RunRequest(code: "echo done"))
        let answer = try await api.get("/api/v1/runs/\(id)?wait_ms=60000").decoded(as: RunAnswer.self)
        #expect(answer.executionId == id)
        #expect(answer.status == "ok")
        #expect(answer.stdout == "done\n")
    }

    @Test func anAsynchronousRunCanBeCancelled() async throws {
        let api = try ServerProcess.current.api
        let id = try await api.start(RunRequest(code: "sleep 600"))
        let waiting = try await api.get("/api/v1/runs/\(id)?wait_ms=1").decoded(as: RunAnswer.self)
        #expect(waiting.status == "running")
        let cancelled = try await api.delete("/api/v1/runs/\(id)").decoded(as: RunAnswer.self)
        #expect(cancelled.status == "cancelled")
        #expect(try await api.load().running == 0)
        let later = try await api.get("/api/v1/runs/\(id)").decoded(as: RunAnswer.self)
        #expect(later.status == "cancelled")
    }

    @Test func aRunThatNeverWasIsNotFound() async throws {
        let answer = try await ServerProcess.current.api.get("/api/v1/runs/run_00000000000000000000000000000000")
        #expect(answer.status == 404)
        #expect(try answer.decoded(as: ErrorAnswer.self).code == "not_found")
    }
}
