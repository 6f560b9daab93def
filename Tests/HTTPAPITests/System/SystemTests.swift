import HTTPTypes
import HummingbirdTesting
import Isolation
import Sessions
import Testing

@testable import HTTPAPI

@Suite struct SystemTests {
    @Test func theMachineIsToldInTheFamiliarShape() async throws {
        try await TestServer().test { client in
            let answer = try await client.get("/api/v1/system")
            #expect(answer.status == .ok)
            #expect(
                try answer.keys() == [
                    "system", "resources", "environment", "sandbox_features", "load", "sessions", "timestamp",
                ])
            let json = try answer.json()
            #expect(json["system"]?["platform"] == "linux")
            #expect(json["system"]?["hostname"] == "martin")
            #expect(json["system"]?["python_version"] == "Python 3 1.0")
            #expect(json["system"]?["uptime"] == .number(1000.25))
            #expect(json["resources"]?["cpu_count"] == 4)
            #expect(json["resources"]?["cpu_usage"] == .number(12.3))
            #expect(json["resources"]?["memory"]?["total"] == 1_024_000)
            #expect(json["resources"]?["memory"]?["percent"] == 75)
            #expect(json["resources"]?["load_average"] == [.number(0.5), .number(1.25), 2])
            #expect(json["environment"]?["workspace"] == "/workspace")
            #expect(json["sandbox_features"]?["isolation"]?["level"] == "namespaces")
        }
    }

    @Test func theStreamBeginsWithTheHistoryAndEndsWithTheServer() async throws {
        let server = try TestServer()
        try await server.live { live in
            try await live.connect { connection in
                try await connection.send("GET /api/v1/system/stream?history=1 HTTP/1.1\r\nHost: a\r\n\r\n")
                let head = try await connection.read(through: "\r\n\r\n")
                #expect(head.lowercased().contains("content-type: text/event-stream"))
                _ = try await connection.read(through: "event: sample")
                let old = try await connection.read(through: "\n\n")
                #expect(old.contains(#""timestamp":"2023-11-14T22:13:20.000Z""#))
                var sample = try MachineSample.sample
                sample.time = WallTime(milliseconds: 1_700_000_001_000)
                server.monitor.take(sample)
                let new = try await connection.read(through: #""timestamp":"2023-11-14T22:13:21.000Z""#)
                #expect(new.contains("event: sample"))
                await live.shutDown()
                _ = try await connection.readToEnd()
            }
        }
    }

    @Test(arguments: ["history=-1", "history=901", "history=x", "h=1"])
    func aHistoryOutOfRangeIsNamed(_ query: String) async throws {
        try await TestServer().test { client async throws in
            #expect(try await client.get("/api/v1/system/stream?\(query)").status == .badRequest)
        }
    }

    // MARK: Metrics

    @Test func metricsTellWhatTheServerDid() async throws {
        let server = try TestServer()
        try await server.test { client in
            _ = try await client.get("/languages")
            _ = try await client.get("/made/up/by/somebody")
            let answer = try await client.get("/metrics")
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = answer.body.split(separator: "\n").map(String.init)
            for line in [
                "# TYPE sandmartin_http_requests_total counter",
                #"sandmartin_http_requests_total{method="GET",route="/languages",status="200"} 1"#,
                #"sandmartin_http_requests_total{method="none",route="none",status="404"} 1"#,
                "# TYPE sandmartin_http_request_duration_seconds histogram",
                #"sandmartin_http_request_duration_seconds_bucket{route="/languages",le="+Inf"} 1"#,
                #"sandmartin_http_request_duration_seconds_count{route="/languages"} 1"#,
                "sandmartin_runs_running_maximum 2", "sandmartin_sandboxes_ready 1",
                #"sandmartin_info{version="1.2.3",isolation="namespaces"} 1"#,
                "# TYPE process_open_fds gauge",
            ] {
                #expect(lines.contains(line), "\(line)")
            }
            #expect(!answer.body.contains("made/up"))
        }
    }

    @Test func everyMetricHasOneTypeBeforeItsSamples() async throws {
        try await TestServer().test { client in
            _ = try await client.get("/languages")
            var types: Set<String> = []
            for line in try await client.get("/metrics").body.split(separator: "\n") {
                if line.hasPrefix("# TYPE ") {
                    #expect(types.insert(String(line.split(separator: " ")[2])).inserted, "\(line)")
                } else if !line.hasPrefix("#") {
                    let name = line.prefix { $0 != "{" && $0 != " " }
                    let base = ["_bucket", "_sum", "_count"].reduce(String(name)) {
                        $0.hasSuffix($1) && !types.contains($0) ? String($0.dropLast($1.count)) : $0
                    }
                    #expect(types.contains(base), "\(line)")
                }
            }
        }
    }

    @Test func runsAreCountedByOutcomeAndTimed() {
        let registry = PrometheusRegistry(help: [:])
        var generator = SystemRandomNumberGenerator()
        for wall in [Duration.milliseconds(3), .seconds(300)] {
            let run = FinishedRun(
                id: ExecutionID(using: &generator), owner: .anonymous, language: "bash", outcome: .timeLimit,
                isSuccess: false, accepted: .now(), ended: .now(), wall: wall, cpu: .milliseconds(7))
            RunMetrics(factory: registry).ended(EndedExecution(run: run, caller: .local, code: ""))
        }
        var text = PrometheusText()
        registry.write(to: &text)
        for line in [
            #"sandmartin_runs_total{language="bash",status="time_limit"} 2"#,
            #"sandmartin_run_cpu_milliseconds_total{language="bash"} 14"#,
            #"sandmartin_run_duration_seconds_bucket{language="bash",le="0.0025"} 0"#,
            #"sandmartin_run_duration_seconds_bucket{language="bash",le="0.005"} 1"#,
            #"sandmartin_run_duration_seconds_bucket{language="bash",le="120"} 1"#,
            #"sandmartin_run_duration_seconds_bucket{language="bash",le="+Inf"} 2"#,
            #"sandmartin_run_duration_seconds_sum{language="bash"} 300.003"#,
        ] {
            #expect(text.text.contains("\n" + line + "\n"), "\(line)")
        }
    }

    @Test func labelsAreEscaped() {
        var text = PrometheusText()
        text.sample("a", [("b", "\"\\\n")], 1)
        #expect(text.text == #"a{b="\"\\\n"} 1"# + "\n")
    }
}
