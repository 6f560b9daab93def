/// Each limit ends the program that passes it, is named as the cause, and leaves alone the program that does not.
enum LimitChecks {
    static let all: [SelftestCheck] = [
        check("real time", run("sleep 60", timeout: 0.5), ends: "time_limit", twin: run("sleep 0.1", timeout: 10)),
        check(
            "processor time", run("while :; do :; done", limits: .init(cpuMs: 300)), ends: "cpu_limit",
            twin: run("for i in {1..1000}; do :; done", limits: .init(cpuMs: 10000))),
        check(
            "memory", run("x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo ${#x}", limits: .init(memoryMb: 64)),
            ends: "memory_limit",
            twin: run("x=$(head -c 1000000 /dev/zero | tr '\\0' x); echo ${#x}", limits: .init(memoryMb: 64))),
        check(
            "processes", run("for i in {1..40}; do sleep 5 & done; wait", limits: .init(processes: 10)),
            ends: "process_limit",
            twin: run("for i in {1..4}; do sleep 0.1 & done; wait", limits: .init(processes: 10))),
        check("output", run("yes"), ends: "output_limit", twin: run("yes | head -n 1000")),
        check(
            "files", run("head -c 200000000 /dev/zero >large", limits: .init(diskMb: 4)), ends: "disk_limit",
            twin: run("head -c 1000000 /dev/zero >small", limits: .init(diskMb: 4))),
        storm,
    ]

    private static func run(
        _ code: String, timeout: Double? = nil, limits: SelftestRun.Limits? = nil
    ) -> SelftestRun {
        SelftestRun(code: code, timeout: timeout, limits: limits)
    }

    private static func check(
        _ name: String, _ run: SelftestRun, ends status: String, twin: SelftestRun
    ) -> SelftestCheck {
        SelftestCheck("\(name): the limit ends a program") { server in
            let ended = try await server.run(run)
            try expect(ended.status == status, "ended as \(ServerUnderTest.excerpt(ended.fate)), not \(status)")
            let other = try await server.run(twin)
            try expect(other.status == "ok", "one within it ended as \(ServerUnderTest.excerpt(other.fate))")
            return "\(status); one within it ends well"
        }
    }

    private static let storm = SelftestCheck("a storm of processes is survived") { server in
        // More than any server allows, and nothing that reading it would refuse.
        let code = "for i in {1..500}; do (for j in {1..500}; do sleep 3 & done; wait) & done; wait"
        let stormy = try await server.run(SelftestRun(code: code, timeout: 3, policy: server.reportingPolicy))
        try expect(
            ["process_limit", "time_limit", "cpu_limit", "memory_limit"].contains(stormy.status),
            "ended as \(ServerUnderTest.excerpt(stormy.fate))")
        _ = try await server.run(SelftestRun(code: "echo calm"), printing: "calm\n")
        return "\(stormy.status); the next program runs"
    }
}
