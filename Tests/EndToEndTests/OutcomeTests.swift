import Testing

/// Under a policy that refuses nothing: some of these programs are what the others refuse, and here they must run.
@Suite(.server(["POLICY": "permissive"])) struct OutcomeTests {
    struct Fate: Sendable, CustomTestStringConvertible {
        let name: String
        let request: RunRequest
        let status: String
        var exitCode: Int?
        var signal: String?
        var says: String
        var testDescription: String { name }
    }

    static let fates = [
        Fate(
            name: "exit code", request: RunRequest(code: "echo out; echo err >&2; exit 3"), status: "nonzero_exit",
            exitCode: 3,
            says: "exit code 3"),
        Fate(
            name: "exception", request: RunRequest(code: "raise SystemExit('no')", language: "python"),
            status: "nonzero_exit", exitCode: 1, says: "exit code 1"),
        Fate(
            name: "a null pointer in C++",
            request: RunRequest(
                code: "int main() { volatile int* nowhere = nullptr; *nowhere = 1; }", language: "cpp"),
            status: "signaled", signal: "SIGSEGV", says: "SIGSEGV"),
        Fate(
            name: "kill -SEGV", request: RunRequest(code: "kill -SEGV $$"), status: "signaled", signal: "SIGSEGV",
            says: "SIGSEGV"),
        Fate(
            name: "kill -KILL", request: RunRequest(code: "kill -KILL $$"), status: "signaled", signal: "SIGKILL",
            says: "SIGKILL"),
        Fate(
            name: "sleep", request: RunRequest(code: "sleep 600", timeout: 0.5), status: "time_limit",
            signal: "SIGKILL",
            says: "time limit reached, 0.5 seconds"),
        Fate(
            name: "a busy loop", request: RunRequest(code: "while :; do :; done", limits: .init(cpuMs: 200)),
            status: "cpu_limit", signal: "SIGKILL", says: "processor time limit reached, 0.2 seconds"),
        Fate(
            name: "much memory",
            request: RunRequest(
                code: "blocks = []\nwhile True: blocks.append(b'x' * (1 << 20))", language: "python",
                limits: .init(memoryMb: 64)),
            status: "memory_limit", signal: "SIGKILL", says: "memory limit reached, 64 MiB"),
        Fate(
            name: "yes", request: RunRequest(code: "yes"), status: "output_limit", signal: "SIGKILL",
            says: "output limit reached"),
        Fate(
            name: "a large file",
            request: RunRequest(
                code: "dd if=/dev/zero of=large bs=1M count=64 status=none || exit 1", limits: .init(diskMb: 8)),
            status: "disk_limit", exitCode: 1, says: "disk limit reached, 8 MiB"),
    ]

    @Test(arguments: fates)
    func theCauseOfDeathIsNamedAndTheNextRunWorks(_ fate: Fate) async throws {
        let api = try ServerProcess.current.api
        let answer = try await api.run(fate.request)
        #expect(answer.status == fate.status, "\(answer)")
        #expect(answer.success == false)
        #expect(answer.exitCode == fate.exitCode)
        #expect(answer.signal == fate.signal)
        #expect(answer.error?.contains(fate.says) == true, "\(answer.error ?? "")")
        try await api.expectThatTheNextRunWorks()
    }

    @Test func aForkBombIsCounted() async throws {
        let api = try ServerProcess.current.api
        let answer = try await api.run(RunRequest(code: "bomb() { bomb | bomb & }; bomb; wait; sleep 600"))
        // The count is the control group's or the supervisor's: without one there would be none.
        let layers = try #require(answer.isolation?.layers)
        #expect(["v1", "v2"].contains(layers["cgroup"]) || layers["supervisor"] == "enforced", "\(layers)")
        #expect(answer.status == "process_limit", "\(answer)")
        #expect(answer.error?.contains("process limit reached, 64 of 64") == true, "\(answer.error ?? "")")
        try await api.expectThatTheNextRunWorks()
    }

    @Test func theFirstAndTheLastOfTooMuchOutputAreKept() async throws {
        let answer = try await ServerProcess.current.api.run(
            RunRequest(code: "echo first; seq 10000; echo last", limits: .init(outputBytes: 1000)))
        #expect(answer.status == "ok")
        #expect(answer.outputTruncated == true)
        #expect(answer.stdout?.hasPrefix("first\n") == true)
        #expect(answer.stdout?.hasSuffix("last\n") == true)
    }
}
