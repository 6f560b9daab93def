import NIOHTTP1

/// Who may call, and what a request may ask for.
enum AccessChecks {
    static let all: [SelftestCheck] = [key, foreignPage, foreignRun] + wrongLimits

    private static let key = SelftestCheck("without a key nothing is run") { server in
        let anonymous = try await server.http.send(
            .POST, "/execute", headers: ["Content-Type": "application/json"],
            body: Array(try ServerUnderTest.json(SelftestRun(code: "echo anonymous")).utf8))
        guard anonymous.status != 200 else {
            throw SelftestCheck.NotAvailable("this server needs no key")
        }
        try expect(anonymous.status == 401, "answered \(anonymous.status), not 401")
        let wrong = try await server.http.send(
            .GET, "/languages", headers: ["Authorization": "Bearer sm_selftest-with-a-wrong-key"])
        try expect(wrong.status == 401, "a wrong key was answered with \(wrong.status), not 401")
        let right = try await server.get("/languages")
        try expect(right.status == 200, "the key that was given is answered with \(right.status)")
        return "401 without and with a wrong one, 200 with the right one"
    }

    private static let foreignPage = SelftestCheck("a page of another site cannot run anything") { server in
        let body = try ServerUnderTest.json(SelftestRun(code: "echo from elsewhere"))
        let foreign = try await server.post("/execute", json: body, headers: ["Origin": "https://elsewhere.invalid"])
        try expect(foreign.status == 403, "answered \(foreign.status), not 403")
        let own = try await server.post(
            "/execute", json: body, headers: ["Origin": "http://\(server.http.address.authority)"])
        try expect(own.status == 200, "its own page is answered with \(own.status)")
        return "403; its own page may"
    }

    private static let foreignRun = SelftestCheck("what is not the caller's does not exist") { server in
        let run = try await server.run(SelftestRun(code: "echo own"), printing: "own\n")
        let own = try await server.get("/api/v1/runs/\(run.executionId)")
        try expect(own.status == 200, "the caller's own run is answered with \(own.status)")
        let answer = try await server.get("/api/v1/runs/run_\(String(repeating: "0", count: 32))")
        try expect(answer.status == 404, "answered \(answer.status), not 404")
        return "404; the caller's own is there"
    }

    /// No value means “unlimited”: zero, negative and too large ones are the caller's mistake.
    private static let wrongLimits: [SelftestCheck] = [
        ("a timeout of 0", SelftestRun(code: "echo x", timeout: 0)),
        ("a negative timeout", SelftestRun(code: "echo x", timeout: -1)),
        ("a timeout above the maximum", SelftestRun(code: "echo x", timeout: 1e9)),
        ("memory of 0", SelftestRun(code: "echo x", limits: .init(memoryMb: 0))),
        ("memory above the maximum", SelftestRun(code: "echo x", limits: .init(memoryMb: 1 << 40))),
        ("processes above the maximum", SelftestRun(code: "echo x", limits: .init(processes: 1 << 40))),
    ].map { name, run in
        SelftestCheck("\(name) is refused") { server in
            let status = try await server.status(run)
            try expect(status == 400, "answered \(status), not 400")
            return "400"
        }
    }
}
