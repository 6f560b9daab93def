import Foundation
import Testing

/// What is remembered of runs, with the real program.
@Suite struct RecordsTests {
    private struct RunPage: Decodable {
        struct Run: Decodable, Hashable {
            let executionId: String
            let status: String
            let cpuMs: Double?
        }

        let runs: [Run]
        let next: String?
    }

    private static let key = "the-operators-own-key"

    @Test func runsAreListedAndAuditedAlsoAfterARestart() async throws {
        try await ScratchFolder.with { folder in
            let environment = ["DATA_DIR": folder.path, "API_KEY": Self.key]
            var ids: [String] = []
            try await ServerProcess.with(environment) { server in
                let api = server.api.with(key: Self.key)
                for code in ["echo one", "exit 3", "while true; do :; done"] {
                    ids.append(try await api.run(RunRequest(code: code, limits: .init(cpuMs: 300))).executionId)
                }
            }
            try await ServerProcess.with(environment) { server in
                let api = server.api.with(key: Self.key)
                let first = try await api.get("/api/v1/runs?limit=2").decoded(as: RunPage.self)
                let rest = try await api.get("/api/v1/runs?limit=2&after=\(try #require(first.next))")
                    .decoded(as: RunPage.self)
                #expect((first.runs + rest.runs).map(\.executionId) == ids.reversed())
                #expect((first.runs + rest.runs).map(\.status) == ["cpu_limit", "nonzero_exit", "ok"])
                #expect(first.runs[0].cpuMs ?? 0 >= 250)
                let audit = try await api.get("/api/v1/audit?action=run").decoded(as: AuditPage.self)
                #expect(audit.entries.map(\.subject) == ids.reversed())
                #expect(audit.entries.allSatisfy { $0.owner == "configured_key" })
            }
        }
    }

    @Test func aQuotaOfProcessorTimeRefusesAfterItIsUsedUp() async throws {
        try await ServerProcess.with(["API_KEY": Self.key, "QUOTA_CPU_SECONDS_PER_HOUR": "1"]) { server in
            let api = server.api.with(key: Self.key)
            let burn = RunRequest(code: "while true; do :; done", limits: .init(cpuMs: 600))
            _ = try await api.run(burn)
            _ = try await api.run(burn)
            let refused = try await api.post(burn)
            #expect(refused.status == 429)
            #expect(try refused.decoded(as: ErrorAnswer.self).code == "quota_exceeded")
            let wait = try #require(refused.header("Retry-After").flatMap(Int.init))
            #expect((3500...3601).contains(wait))
            // Only new runs are refused.
            #expect(try await api.get("/api/v1/runs").status == 200)
        }
    }

    @Test func callersWithoutAKeyShareOneSmallQuota() async throws {
        try await ServerProcess.with([
            "HOST": "0.0.0.0", "ALLOW_ANONYMOUS": "true", "ANONYMOUS_RUNS_PER_MINUTE": "2",
        ]) { server in
            for _ in 1...2 { try await server.api.expectThatTheNextRunWorks() }
            let refused = try await server.api.post(RunRequest(code: "echo"))
            #expect(refused.status == 429)
            #expect(refused.header("Retry-After").flatMap(Int.init).map { (1...60).contains($0) } == true)
        }
    }

    @Test func aMachineAboveItsLimitTakesNoNewWorkAndAnswersAllElse() async throws {
        try await ServerProcess.with(["MAX_MEMORY_PERCENT": "1"]) { server in
            let refused = try await server.api.post(RunRequest(code: "echo"))
            #expect(refused.status == 503)
            #expect(try refused.decoded(as: ErrorAnswer.self).code == "overloaded")
            #expect(refused.header("Retry-After") == "5")
            #expect(try await server.api.get("/api/v1/system").status == 200)
        }
    }

    @Test func theMachineAndTheMetricsAreTold() async throws {
        try await ServerProcess.with { server in
            try await server.api.expectThatTheNextRunWorks()
            let system = try await server.api.get("/api/v1/system")
            #expect(system.status == 200)
            #expect(String(decoding: system.body, as: UTF8.self).contains(#""cpu_usage""#))
            let metrics = String(decoding: try await server.api.get("/metrics").body, as: UTF8.self)
            #expect(metrics.contains(#"sandmartin_runs_total{language="bash",status="ok"} 1"#))
            #expect(metrics.contains("\nprocess_open_fds "))
        }
    }
}
