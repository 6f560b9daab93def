import Isolation
import Testing

/// Rule 15: however many processes a program wants, the supervisor outlives it and names the cause.
@Suite(.serialized) struct ProcessStarvationTests {
    private let limits = patientLimits(processes: 32)
    private let explanation = "process limit reached, 32 of 32; everything it started is gone"

    @Test func forkBombsEndByTheProcessLimit() async throws {
        let bombs: [Attack.Program] = [
            .bash("bomb() { bomb | bomb & }; bomb; while :; do :; done"),
            .bash("bomb() { (setsid bash -c 'sleep 1000' & ) ; bomb; }; bomb"),
            .compiled("#include <unistd.h>\nint main(void) { for (;;) fork(); }", []),
            .compiled("#include <unistd.h>\nint main(void) { for (;;) if (fork() == 0) { setsid(); pause(); } }", []),
        ]
        try await withEngine { engine in
            try await engine.requireLimits()
            for bomb in bombs {
                try await expect(bomb, endsAs: .processLimit, explanation, limits: limits, on: engine)
            }
        }
    }

    @Test func threadsCountAsProcesses() async throws {
        let bomb = """
            #include <pthread.h>
            #include <unistd.h>
            static void *wait(void *argument) { for (;;) pause(); }
            int main(void) { for (;;) { pthread_t thread; pthread_create(&thread, NULL, wait, NULL); } }
            """
        try await withEngine { engine in
            try await engine.requireLimits()
            try await expect(.compiled(bomb, []), endsAs: .processLimit, explanation, limits: limits, on: engine)
        }
    }

    @Test func programsBelowTheLimitRun() async throws {
        let script = """
            import subprocess, threading
            children = [subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE) for _ in range(12)]
            gate = threading.Event()
            threads = [threading.Thread(target=gate.wait) for _ in range(12)]
            for thread in threads: thread.start()
            gate.set()
            for child in children: child.communicate()
            for thread in threads: thread.join()
            # One after the other there may be any number.
            for _ in range(100):
                child = os.fork()
                if child == 0: os._exit(0)
                os.waitpid(child, 0)
            """
        try await withEngine { engine in
            let result = try await Attack(program: .python(script), limits: limits).run(on: engine)
            #expect(result.outcome == .ok, "\(result.text)")
            #expect(result.usage.peakProcesses <= 32)
        }
    }
}
