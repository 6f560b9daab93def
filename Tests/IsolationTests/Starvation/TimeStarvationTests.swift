import Isolation
import Testing

/// Clocks end what does not end by itself, whatever it ignores, closes or leaves behind.
@Suite(.serialized) struct TimeStarvationTests {
    private let short = Limits(
        wall: .milliseconds(500), cpu: .seconds(60), memory: .mebibytes(256), processes: 64, output: .mebibytes(1),
        disk: .mebibytes(64))

    @Test func aProgramThatWaitsForEverEndsByTheTimeLimit() async throws {
        let waiting: [Attack.Program] = [
            .bash("sleep 1000"),
            .bash("trap '' TERM INT HUP QUIT; while :; do sleep 1000; done"),
            .bash("exec >&- 2>&- <&-; sleep 1000"),
            .bash("kill -STOP $$"),
            .bash("(setsid sleep 1000 &); sleep 1000"),
            .python(
                """
                import signal
                signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
                while True: signal.sigwait(range(1, 65))
                """),
        ]
        try await withEngine { engine in
            for program in waiting {
                try await expect(
                    program, endsAs: .timeLimit, "time limit reached, 0.5 seconds; everything it started is gone",
                    limits: short, on: engine)
            }
        }
    }

    @Test func aProgramThatEndsInTimeIsFine() async throws {
        try await withEngine { engine in
            for script in ["sleep 0.05", "trap '' TERM; :", "exec >&- 2>&- <&-"] {
                try await expect(.bash(script), endsAs: .ok, nil, limits: patientLimits(), on: engine)
            }
        }
    }

    @Test func processorTimeOfTheWholeTreeIsCounted() async throws {
        var limits = patientLimits()
        limits.cpu = .seconds(1)
        let burning: [Attack.Program] = [
            .bash("for i in {1..8}; do while :; do :; done & done; wait"),
            .bash("while :; do :; done"),
            // Each child is too short to reach a limit of its own.
            .bash("while :; do (for i in {1..2000}; do :; done); done"),
            .python("import signal\nfor n in (24, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass"),
        ]
        try await withEngine { engine in
            for program in burning {
                try await expect(
                    program, endsAs: .cpuLimit,
                    "processor time limit reached, 1 second; everything it started is gone",
                    limits: limits, on: engine)
            }
        }
    }

    /// The end of the program is the end of the run, whoever else is alive or holds its outputs open.
    @Test func whatAProgramLeavesBehindEndsWithIt() async throws {
        let daemons = [
            "(setsid sleep 1000 &); echo done",
            "(setsid sleep 1000 >/dev/null 2>&1 </dev/null &); echo done",
            "nohup sleep 1000 & disown; echo done",
            "exec 3>&1; (trap '' HUP TERM; while :; do sleep 1000; done) >/dev/null & echo done",
            "coproc sleep 1000; echo done",
        ]
        try await withEngine { engine in
            for script in daemons {
                let result = try await Attack(program: .bash(script), limits: patientLimits()).run(on: engine)
                #expect(result.outcome == .ok, "\(script)")
                #expect(String(decoding: result.output.standardOutput, as: UTF8.self) == "done\n", "\(script)")
            }
        }
    }
}
