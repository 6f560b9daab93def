import NIOHTTP1

/// The API beside running a program: what it tells, its errors, and the other ways to run.
enum APIChecks {
    static let all: [SelftestCheck] = documents + errors + [asynchronous, cancelled, streamed, tested, listed]

    // MARK: Documents

    private static let documents = [
        ("/", "the health, or the page", "\"status\""), ("/languages", "the languages", "\"languages\""),
        ("/security/policy", "the policy", "\"policies\""), ("/openapi.yaml", "the API's description", "openapi: 3."),
        ("/docs", "the reference", "<html"), ("/metrics", "the metrics", "# TYPE"),
    ].map { path, name, content in
        SelftestCheck("\(path) has \(name)") { server in
            var answer = try await server.get(path)
            // The page is at a folder.
            if (301...308).contains(answer.status), let place = answer.header("Location") {
                answer = try await server.get(place)
            }
            try expect(answer.status == 200, "answered \(answer.status): \(ServerUnderTest.excerpt(answer.text))")
            try expect(answer.text.contains(content), "the answer has no \(content)")
            return "\(answer.header("Content-Type") ?? "no type"), \(answer.body.count) bytes"
        }
    }

    // MARK: Errors

    private struct ErrorAnswer: Decodable {
        let success: Bool
        let error: String
        let code: String
        let requestId: String
    }

    private struct Mistake {
        let name: String
        var method = HTTPMethod.POST
        var path = "/execute"
        var body: String? = nil
        let status: Int
        let code: String
    }

    private static let errors = [
        Mistake(name: "an unknown path", method: .GET, path: "/nowhere", status: 404, code: "not_found"),
        Mistake(name: "a wrong method", method: .DELETE, status: 405, code: "method_not_allowed"),
        Mistake(name: "a body that is no JSON", body: "{", status: 400, code: "invalid_request"),
        Mistake(name: "a body without code", body: #"{"language": "bash"}"#, status: 400, code: "invalid_request"),
        Mistake(
            name: "an unknown field", body: #"{"language": "bash", "code": "echo x", "cod": 1}"#, status: 400,
            code: "invalid_request"),
        Mistake(
            name: "an unknown language", body: #"{"language": "cobol-74", "code": "x"}"#, status: 422,
            code: "unsupported_language"),
    ].map { mistake in
        SelftestCheck("\(mistake.name) is answered with \(mistake.status)") { server in
            let answer = try await server.send(
                mistake.method, mistake.path, headers: ["Content-Type": "application/json"],
                body: mistake.body.map { Array($0.utf8) })
            let error = try server.read(answer, status: mistake.status, as: ErrorAnswer.self)
            try expect(error.code == mistake.code && !error.success, "its code is \(error.code)")
            try expect(error.requestId == answer.header("X-Request-Id"), "the request's id differs from the header's")
            return "\(error.code): \(ServerUnderTest.excerpt(error.error))"
        }
    }

    // MARK: Ways to run

    private static let asynchronous = SelftestCheck("a run can be waited for later") { server in
        let started = try await start(SelftestRun(code: "sleep 0.2; echo later"), server)
        let path = "/api/v1/runs/\(started.executionId)?wait_ms=20000"
        let ended = try server.read(try await server.get(path), as: SelftestRunAnswer.self)
        try expect(ended.status == "ok" && ended.stdout == "later\n", "ended as \(ended.fate)")
        return "202, then its result"
    }

    private static let cancelled = SelftestCheck("a run can be cancelled") { server in
        let started = try await start(SelftestRun(code: "sleep 20"), server)
        let ended = try server.read(
            try await server.send(.DELETE, "/api/v1/runs/\(started.executionId)"), as: SelftestRunAnswer.self)
        try expect(ended.status == "cancelled", "ended as \(ended.fate)")
        return "cancelled"
    }

    private static func start(_ run: SelftestRun, _ server: ServerUnderTest) async throws -> SelftestRunAnswer {
        var run = run
        run.async = true
        let answer = try await server.post("/execute", json: try ServerUnderTest.json(run))
        return try server.read(answer, status: 202)
    }

    private static let streamed = SelftestCheck("a run can be followed while it goes on") { server in
        let answer = try await server.post(
            "/execute", json: try ServerUnderTest.json(SelftestRun(code: "echo one; sleep 0.1; echo two")),
            headers: ["Accept": "text/event-stream"])
        try expect(answer.status == 200, "answered \(answer.status): \(ServerUnderTest.excerpt(answer.text))")
        let events = answer.text.split(separator: "\n").filter { $0.hasPrefix("event: ") }.map { $0.dropFirst(7) }
        try expect(
            events.first == "started" && events.contains("stdout") && events.last == "result",
            "these events came: \(events.joined(separator: ", "))")
        return events.joined(separator: ", ")
    }

    private static let tested = SelftestCheck("tests have verdicts") { server in
        let run = SelftestRun(
            code: "read -r a b; echo $((a + b))",
            tests: [
                .init(name: "right", stdin: "1 2\n", expectedOutput: "3"),
                .init(name: "wrong", stdin: "1 2\n", expectedOutput: "4"),
            ])
        let verdicts = try await server.run(run).tests?.map(\.verdict) ?? []
        try expect(verdicts == ["accepted", "wrong_answer"], "the verdicts are \(verdicts)")
        return verdicts.joined(separator: ", ")
    }

    private struct RunList: Decodable {
        struct Run: Decodable {
            let executionId: String
        }

        let runs: [Run]
    }

    private static let listed = SelftestCheck("the caller's runs are listed") { server in
        let run = try await server.run(SelftestRun(code: "echo listed"), printing: "listed\n")
        let list = try server.read(try await server.get("/api/v1/runs?limit=20"), as: RunList.self)
        try expect(list.runs.contains { $0.executionId == run.executionId }, "a run that just ended is not there")
        return "\(list.runs.count) on the first page"
    }
}
