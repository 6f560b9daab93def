/// How fast the server is. Times are told and never judged: what is judged is that every run is answered.
enum PerformanceChecks {
    static let all: [SelftestCheck] = [latency, command, burst]

    private static let latency = SelftestCheck("20 programs, one after the other") { server in
        let times = try await times(20) { _ = try await server.run(SelftestRun(code: "echo x"), printing: "x\n") }
        return summary(times)
    }

    private static let command = SelftestCheck("20 requests that run nothing") { server in
        let times = try await times(20) {
            let answer = try await server.get("/health")
            try expect(answer.status == 200, "answered \(answer.status)")
        }
        return summary(times)
    }

    private static let burst = SelftestCheck("20 programs at once") { server in
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup { group in
            for number in 1...20 {
                group.addTask {
                    _ = try await server.run(SelftestRun(code: "echo \(number)"), printing: "\(number)\n")
                }
            }
            try await group.waitForAll()
        }
        return "all answered within \(milliseconds(clock.now - start)) ms"
    }

    private static func times(_ count: Int, _ body: () async throws -> Void) async throws -> [Duration] {
        let clock = ContinuousClock()
        var times: [Duration] = []
        for _ in 1...count { times.append(try await clock.measure { try await body() }) }
        return times.sorted()
    }

    private static func summary(_ times: [Duration]) -> String {
        let slow = times[times.count * 95 / 100]
        return "p50 \(milliseconds(times[times.count / 2])) ms, p95 \(milliseconds(slow)) ms, "
            + "most \(milliseconds(times[times.count - 1])) ms"
    }

    private static func milliseconds(_ duration: Duration) -> String {
        "\((duration / .milliseconds(1) * 10).rounded() / 10)"
    }
}
