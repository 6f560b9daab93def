import Isolation
import Testing

@Suite(.serialized) struct SandboxTests {
    @Test func aProgramRunsAndItsOutputIsKept() async throws {
        try await withEngine { engine in
            let result = try await engine.run("echo out; echo err >&2; exit 3")
            #expect(result.outcome == .nonzeroExit)
            #expect(result.exitCode == 3)
            #expect(String(decoding: result.output.standardOutput, as: UTF8.self) == "out\n")
            #expect(String(decoding: result.output.standardError, as: UTF8.self) == "err\n")
            print(
                try await engine.run(
                    "id; mount; ls -la / /workspace /tmp /dev /proc/self/fd; cat /proc/meminfo | head -3; nproc; hostname; ps aux; cat /proc/self/status | grep -i -E 'cap|seccomp|nonew'; ulimit -a; env"
                ).text)
        }
    }
}
