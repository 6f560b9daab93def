import Foundation
import Glibc
import Isolation
import LinuxKernel
import Testing

/// Programs may kill or stop the process that watches over them: they gain nothing, and nobody waits in vain.
@Suite(.serialized) struct WardenTests {
    private static let short = CommandLimits(wall: .seconds(1), output: .mebibytes(1), fileSize: .mebibytes(1))

    @Test func aKilledWardenEndsItsCommandAndNoOther() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let other = try await sandbox.start(shell: "sleep 2001")
            try #require(try await eventually { try await other.activity()?.processes == 2 })
            let killer = try await sandbox.start(
                shell: "(setsid sleep 1001 &); sleep 1002 & kill -KILL $PPID; sleep 1003")
            let result = try await killer.result()
            #expect(result.run.outcome == .signaled && result.run.signal == "SIGKILL")
            await killer.waitUntilGone()
            let left = try await sandbox.shell("pgrep -a sleep")
            #expect(left.text.hasSuffix(" sleep 2001\n") && left.text.split(separator: "\n").count == 1, "\(left.text)")
            await other.end(.cancelled)
        }
    }

    @Test func aStoppedWardenGoesOn() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let command = try await sandbox.start(shell: "kill -STOP $PPID; (setsid sleep 1004 &); exit 3")
            let result = try await command.result()
            #expect(result.run.exitCode == 3 && result.hasBackground)
            await command.end(.cancelled)
            #expect(try await sandbox.shell("pgrep -c sleep").text == "0\n")
            // A program that stops itself stays so.
            let stopped = try await sandbox.shell("kill -STOP $$; echo on", limits: Self.short)
            #expect(stopped.run.outcome == .timeLimit && stopped.text.isEmpty)
        }
    }

    /// What a program does in its first moment comes before its warden has done anything more.
    @Test func aStartIsAnsweredWhateverTheProgramDoesFirst() async throws {
        try await withSession { sandbox async throws in
            for _ in 1...100 {
                for signal in ["-KILL", "-STOP"] {
                    let suicide = Command(executable: "/usr/bin/kill", arguments: ["kill", signal, "--", "-1"])
                    let command = try await sandbox.start(
                        .program(suicide), limits: standardCommandLimits, observer: nil)
                    #expect(command.pid > 0)
                    let result = try await command.result()
                    let expected: Outcome = signal == "-KILL" ? .signaled : .ok
                    #expect(result.run.outcome == expected, "\(result.run)")
                    await command.waitUntilGone()
                }
            }
            #expect(try await sandbox.shell("echo fine").text == "fine\n")
        }
    }

    @Test func aTerminalIsAnsweredWhateverItsProgramDoesFirst() async throws {
        try await withSession { sandbox async throws in
            let state = try await sandbox.shell(
                "printf 'sandmartin 1\\0/\\0%s\\0end\\0' 'echo first; kill -KILL -1' >&251; exec true"
            ).state
            for _ in 1...20 {
                let terminal = try await sandbox.start(
                    .interactiveShell(state: state, environment: shellEnvironment),
                    limits: standardCommandLimits, on: TerminalSize(rows: 24, columns: 80))
                var text = ""
                while let bytes = try await terminal.read() { text += String(decoding: bytes, as: UTF8.self) }
                #expect(text.contains("first"))
                #expect(try await terminal.result().run.outcome == .signaled)
                // It is over: nobody takes this, and nobody waits for it.
                await terminal.write([UInt8](repeating: 0x20, count: 100_000))
                try await terminal.resize(TerminalSize(rows: 25, columns: 80))
            }
        }
    }

    /// Those of other commands can be hit before they have a program, or a process.
    @Test(arguments: ["KILL", "STOP"]) func aStartUnderFireComesToAnEnd(_ signal: String) async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            // It is spared by its own signals, and its warden is not: so it is its own group's leader's child again and again.
            let script = """
                import os, signal, time
                end = time.monotonic() + 4
                print("up", flush=True)
                while time.monotonic() < end:
                    for pid in range(4, 400):
                        if pid != os.getpid() and pid != os.getppid():
                            try: os.kill(pid, signal.SIG\(signal))
                            except OSError: pass
                """
            let attacker = try await sandbox.start(shell: "exec python3 -S -", input: script)
            var outcomes: Set<Outcome> = []
            let end = ContinuousClock.now + .seconds(3)
            while ContinuousClock.now < end {
                let command = try await sandbox.start(shell: "true", limits: Self.short)
                outcomes.insert(try await command.result().run.outcome)
                await command.waitUntilGone()
            }
            #expect(outcomes.isSubset(of: [.ok, .signaled, .timeLimit, .nonzeroExit]), "\(outcomes)")
            #expect(outcomes.contains(signal == "KILL" ? .signaled : .timeLimit), "\(outcomes)")
            await attacker.end(.cancelled)
            #expect(try await sandbox.shell("echo fine").text == "fine\n")
        }
    }
}
