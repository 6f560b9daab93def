import Glibc
import Testing

@Suite struct EndOfServerTests {
    @Test func aProgramMayEndAfterSIGTERM() async throws {
        try await ServerProcess.with(["SHUTDOWN_TIMEOUT": "60"]) { server in
            let answer = try await server.answer(to: RunRequest(code: "sleep 2; echo through"), afterSignal: SIGTERM)
            #expect(answer.status == "ok")
            #expect(answer.stdout == "through\n")
        }
    }

    @Test func aProgramThatGoesOnAfterSIGTERMIsCancelled() async throws {
        try await ServerProcess.with(["SHUTDOWN_TIMEOUT": "0.2"]) { server in
            let answer = try await server.answer(to: RunRequest(code: "echo begun; sleep 600"), afterSignal: SIGTERM)
            #expect(answer.status == "cancelled")
            #expect(answer.stdout == "begun\n")
        }
    }

    @Test func nothingOutlivesAServerThatWasKilled() async throws {
        try await ServerProcess.with { server in
            let id = try await server.api.start(RunRequest(code: "sleep 600 & setsid sleep 600"))
            try await server.waitForProgram(named: "sleep")
            let traces = try await server.traces()
            #expect(!id.isEmpty)
            #expect(traces.processes.contains { $0.name == "sleep" })
            let hasGroups = try await server.api.isolationLevel() != "landlock"
            #expect(traces.groupDirectories.isEmpty != hasGroups)
            server.signal(SIGKILL)
            #expect(try await server.exitStatus() == 128 + SIGKILL)
            try await eventually("launcher, keepers and programs are gone") { traces.livingProcesses.isEmpty }
            // The next server clears away what nobody else could.
            try await ServerProcess.with { next in
                #expect(traces.groupDirectories == [])
                try await next.api.expectThatTheNextRunWorks()
            }
        }
    }

    @Test func aNewLauncherTakesOverFromOneThatWasKilled() async throws {
        try await ServerProcess.with { server in
            try await server.api.expectThatTheNextRunWorks()
            let launcher = try await server.launcher()
            kill(launcher.pid, SIGKILL)
            // Whether or not the server has heard of it.
            try await server.api.expectThatTheNextRunWorks()
            #expect(try await server.launcher() != launcher)
        }
    }

    @Test func runsAndSessionsBegunWhileTheLauncherDiesAreGivenAnother() async throws {
        try await ServerProcess.with(["POLICY": "permissive"]) { server in
            for _ in 1...5 {
                let launcher = try await server.launcher()
                try await withThrowingTaskGroup { group in
                    for _ in 1...4 {
                        group.addTask {
                            // One that had begun is lost with its sandbox, and says so.
                            let answer = try await server.api.run(RunRequest(code: "echo fine"))
                            #expect(
                                answer.status == "ok"
                                    || answer.error == "the sandbox was lost while the program ran", "\(answer)")
                        }
                    }
                    kill(launcher.pid, SIGKILL)
                    try await group.waitForAll()
                }
                try await server.api.expectThatTheNextRunWorks()
                try await SessionClient.with(server.api) { session in
                    #expect(try await session.run("echo awake").output == "awake\n")
                    kill(try await server.launcher().pid, SIGKILL)
                    #expect(try await session.run("echo again").output == "again\n")
                }
            }
        }
    }

    @Test func aRunEndsWithItsLauncher() async throws {
        try await ServerProcess.with { server in
            let id = try await server.api.start(RunRequest(code: "sleep 600"))
            try await server.waitForProgram(named: "sleep")
            kill(try await server.launcher().pid, SIGKILL)
            let answer = try await server.api.get("/api/v1/runs/\(id)?wait_ms=60000").decoded(as: RunAnswer.self)
            #expect(answer.status == "sandbox_error")
            try await server.api.expectThatTheNextRunWorks()
        }
    }
}

extension ServerProcess {
    /// Signals the server while the program of `request`, a `sleep`, runs, and requires that it then ends well.
    fileprivate func answer(to request: RunRequest, afterSignal number: Int32) async throws -> RunAnswer {
        let api = api
        async let answer = api.run(request)
        try await waitForProgram(named: "sleep")
        let traces = try await traces()
        signal(number)
        let ended = try await answer
        #expect(try await exitStatus() == 0)
        try await expectNothingLeft(of: traces)
        return ended
    }

    fileprivate func waitForProgram(named name: String) async throws {
        try await eventually("\(name) runs") { try HostProcess.descendants(of: pid).contains { $0.name == name } }
    }
}
