import Foundation
import Glibc
import Isolation
import LinuxKernel
import Testing

/// Many commands in one sandbox, each a tree of its own.
@Suite(.serialized) struct CommandTests {
    @Test func outputsAndExitCodesAreEachCommandsOwn() async throws {
        try await withSession { sandbox async throws in
            let commands = try await (0..<12).asyncMap { number in
                try await sandbox.start(
                    shell: "read line; echo out $line; echo err >&2; exit \(number)", input: "\(number)\n")
            }
            for (number, command) in commands.enumerated() {
                let result = try await command.result()
                #expect(result.run.exitCode == number)
                #expect(String(decoding: result.run.output.standardOutput, as: UTF8.self) == "out \(number)\n")
                #expect(String(decoding: result.run.output.standardError, as: UTF8.self) == "err\n")
                await command.waitUntilGone()
            }
            #expect(await sandbox.liveCommands == 0)
        }
    }

    @Test func aChildThatHoldsTheOutputOpenDelaysNobody() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let command = try await sandbox.start(shell: "sleep 1000 & echo started; exit 5")
            let result = try await command.result()
            #expect(result.run.exitCode == 5 && result.text == "started\n" && result.hasBackground)
            #expect(try await sandbox.shell("pgrep -x sleep | wc -l").text == "1\n")
            #expect(try await command.activity()?.processes == 1)
            await command.end(.cancelled)
            #expect(try await command.activity() == nil)
            #expect(try await sandbox.shell("pgrep -x sleep | wc -l").text == "0\n")
            #expect(try await command.result().run.exitCode == 5)
        }
    }

    /// Children, orphans, sessions of their own, stopped ones, and one that ignores every signal it may.
    private static let tree = """
        sleep 1001 &
        (setsid sleep 1002 &)
        (setsid sh -c '(sleep 1003 &) ; sleep 1004' & )
        sh -c 'kill -STOP $$; sleep 1005' &
        setsid nohup bash -c 'trap "" TERM HUP INT; while :; do sleep 1006; done' >/dev/null 2>&1 &
        python3 -c 'import os,time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for fd in range(3): os.close(fd)
                time.sleep(1007)
            os._exit(0)'
        echo ready
        sleep 1008
        """

    @Test func theTimeLimitEndsTheWholeTreeAndNothingElse() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let other = try await sandbox.start(shell: "sleep 2001 & (setsid sleep 2002 &); sleep 2003")
            let limits = CommandLimits(wall: .seconds(2), output: .mebibytes(1), fileSize: .mebibytes(1))
            let result = try await sandbox.shell(Self.tree, limits: limits)
            #expect(result.run.outcome == .timeLimit && result.text.hasPrefix("ready"), "\(result.text)")
            #expect(result.run.explanation == "time limit reached, 2 seconds; everything it started is gone")
            #expect(result.run.signal == "SIGKILL" && result.state == nil)
            let left = try await sandbox.shell("pgrep -a sleep | cut -d' ' -f3 | sort | xargs")
            #expect(left.text == "2001 2002 2003\n")
            await other.end(.cancelled)
            #expect(try await other.result().run.outcome == .cancelled)
            #expect(try await sandbox.shell("pgrep -c sleep").text == "0\n")
        }
    }

    private static let bomb = """
        import os
        while True:
            try:
                if os.fork() and os.getpid() % 3 == 0: os._exit(0)
            except OSError: pass
        """

    @Test func forksWithoutEndEndAtALimit() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let other = try await sandbox.start(shell: "sleep 2001")
            let limits = CommandLimits(wall: .seconds(1), output: .mebibytes(1), fileSize: .mebibytes(1))
            // A shell that waits for it, so that it is not in the background.
            let result = try await sandbox.shell("python3 -c '\(Self.bomb)'; read line < <(sleep 1000)", limits: limits)
            #expect([.timeLimit, .processLimit].contains(result.run.outcome), "\(result.run)")
            #expect(try await sandbox.shell("pgrep -c python3").text == "0\n")
            #expect(try await sandbox.shell("pgrep -a sleep").text.contains("2001"))
            await other.end(.cancelled)
        }
    }

    @Test func aBombThatIsLeftBehindCanBeEnded() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let other = try await sandbox.start(shell: "sleep 2001")
            let command = try await sandbox.start(shell: "setsid python3 -c '\(Self.bomb)' >/dev/null 2>&1 &")
            #expect(try await command.result().run.outcome == .ok)
            // Until it has taken every process that there may be.
            let isFull = try await eventually {
                do {
                    return try await sandbox.shell("true").run.outcome == .processLimit
                } catch SandboxFailure.noProcessLeft {
                    return true
                }
            }
            #expect(isFull)
            await command.end(.cancelled)
            #expect(try await sandbox.shell("pgrep -c python3").text == "0\n")
            #expect(try await sandbox.shell("pgrep -a sleep").text.contains("2001"))
            await other.end(.cancelled)
        }
    }

    @Test func memoryIsNamedAsTheCause() async throws {
        let limits = SessionLimits(memory: .mebibytes(64), processes: 64, scratch: .mebibytes(32))
        try await withSession(limits: limits) { sandbox in
            let eater = "python3 -c 'block = bytearray(96 << 20)'"
            let result = try await sandbox.shell(eater)
            #expect(result.run.outcome == .memoryLimit, "\(result)")
            #expect(result.run.explanation == "memory limit reached, 64 MiB; everything it started is gone")
            // Beside another that goes on.
            let other = try await sandbox.start(shell: "sleep 1000")
            let second = try await sandbox.shell(eater)
            #expect(second.run.outcome == .memoryLimit, "\(second)")
            #expect(try await sandbox.shell("echo alive").text == "alive\n")
            #expect(try await other.activity()?.processes == 2)
            await other.end(.cancelled)
            #expect(try await other.result().run.outcome == .cancelled)
        }
    }

    @Test func processorTimeIsLimitedForOneAmongMany() async throws {
        try await withSession { sandbox async throws in
            let other = try await sandbox.start(shell: "while :; do :; done")
            let limits = CommandLimits(
                wall: .seconds(60), cpu: .seconds(1), output: .mebibytes(1), fileSize: .mebibytes(1))
            let result = try await sandbox.shell("(while :; do :; done) & wait", limits: limits)
            #expect(result.run.outcome == .cpuLimit, "\(result.run)")
            #expect(try await other.activity()?.processes == 1)
            await other.end(.cancelled)
        }
    }

    @Test func aFloodEndsACommandAndOnlySlowsABackgroundOne() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            #expect(try await sandbox.shell("yes").run.outcome == .outputLimit)
            var limits = standardCommandLimits
            limits.wall = nil
            limits.endsFlood = false
            let command = try await sandbox.start(shell: "head -c 20M /dev/zero; sleep 1000", limits: limits)
            #expect(
                try await sandbox.shell("until pgrep -f '^sleep 1000'; do sleep 0.1; done >/dev/null").run.outcome
                    == .ok)
            #expect(try await command.activity()?.processes == 2)
            await command.end(.diskLimit)
            let result = try await command.result()
            #expect(result.run.outcome == .diskLimit && result.run.usage.standardOutput == .mebibytes(20))
        }
    }

    @Test func standardInputIsWrittenWhileItRuns() async throws {
        try await withSession { sandbox async throws in
            var command = SessionCommand.shell("cat; echo end", state: nil, environment: shellEnvironment)
            command.keepsInputOpen = true
            let running = try await sandbox.start(command, limits: standardCommandLimits, observer: nil)
            await running.write(Array("one\n".utf8))
            await running.write([UInt8](repeating: UInt8(ascii: "x"), count: 300_000))
            await running.closeInput()
            await running.write(Array("too late".utf8))
            let result = try await running.result()
            #expect(result.run.output.standardOutput.count == 300_008 && result.text.hasSuffix("xend\n"))
        }
    }

    @Test func aSignalReachesTheCommandsGroup() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let command = try await sandbox.start(
                shell: "trap 'echo caught; exit 9' INT; echo up; while :; do sleep 0.05; done")
            while try await sandbox.shell("pgrep -x sleep").run.exitCode != 0 {}
            try await command.signal(SIGINT)
            let result = try await command.result()
            #expect(result.run.exitCode == 9 && result.text == "up\ncaught\n")
            try await command.signal(SIGINT)
        }
    }

    @Test func whatIsNotThereIsNamed() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let missing = SessionCommand.program(Command(executable: "/usr/bin/missing", arguments: ["missing"]))
            let expected = SandboxFailure.notExecutable(path: "/usr/bin/missing", error: .noEntry)
            await #expect(throws: expected) {
                try await sandbox.start(missing, limits: standardCommandLimits, observer: nil)
            }
            let program = SessionCommand.program(
                Command(executable: "/usr/bin/ls", arguments: ["ls", "/proc/self/fd"], environment: [:]))
            let command = try await sandbox.start(program, limits: standardCommandLimits, observer: nil)
            let result = try await command.result()
            #expect(result.text == "0\n1\n2\n3\n" && result.state == nil && !result.hasBackground)
            // What left nothing behind is gone with its result.
            #expect(await sandbox.liveCommands == 0)
            #expect(try await command.activity() == nil)
        }
    }

    /// A terminal and what runs in the background lose the process that took too much, and not all.
    @Test func memoryThatRunsOutSparesAShellWithoutATimeLimit() async throws {
        let limits = SessionLimits(memory: .mebibytes(64), processes: 64, scratch: .mebibytes(32))
        try await withSession(limits: limits) { sandbox async throws in
            var forever = standardCommandLimits
            forever.wall = nil
            let script = "python3 -c 'block = bytearray(96 << 20)'; echo code $?; sleep 0.3; echo still here; exit 1"
            let result = try await sandbox.shell(script, limits: forever)
            #expect(result.text.hasSuffix("code 137\nstill here\n"), "\(result.text)")
            #expect(result.run.outcome == .nonzeroExit && result.run.exitCode == 1)
            #expect(
                try await sandbox.shell("exec python3 -c 'block = bytearray(96 << 20)'", limits: forever).run.outcome
                    == .memoryLimit)
        }
    }

    @Test func whatNoProgramCanBeGivenIsRefused() async throws {
        try await withSession { sandbox async throws in
            for text in ["echo a\0b", String(repeating: "x", count: 100_000)] {
                let error = await #expect(throws: SandboxFailure.self) { try await sandbox.shell(text) }
                guard case .invalidCommand = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            await #expect(throws: SandboxFailure.self) { try await sandbox.shell("true", additions: ["A": "1\0B=2"]) }
            #expect(try await sandbox.shell("echo fine").text == "fine\n")
        }
    }

    @Test func sixtyFourCommandsFitAndOneMoreIsTold() async throws {
        let limits = SessionLimits(memory: .mebibytes(256), processes: 128, scratch: .mebibytes(32))
        try await withSession(unlike: .ownProc, limits: limits) { sandbox async throws in
            let commands = try await (0..<64).asyncMap { _ in
                try await sandbox.start(
                    .program(Command(executable: "/usr/bin/sleep", arguments: ["sleep", "1000"])),
                    limits: standardCommandLimits, observer: nil)
            }
            await #expect(throws: SandboxFailure.busy(commands: 64)) { try await sandbox.shell("true") }
            await commands[10].end(.cancelled)
            let next = try await sandbox.shell("pgrep -c sleep")
            #expect(next.text == "63\n")
        }
    }

    @Test func destroyingEndsEverythingAsCancelled() async throws {
        try await withEngine { engine in
            let folder = try SessionFolder()
            let sandbox = try await engine.sandbox(for: try folder.specification(on: engine))
            let command = try await sandbox.start(shell: Self.tree)
            await sandbox.destroy()
            #expect(try await command.result().run.outcome == .cancelled)
            await command.waitUntilGone()
            #expect(await !sandbox.isAlive)
            await #expect(throws: SandboxFailure.self) { try await sandbox.shell("true") }
        }
    }
}

extension Sequence {
    func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
