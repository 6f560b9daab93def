import Foundation
import Glibc
import Isolation
import LinuxKernel
import Synchronization
import Synchronization
import Testing

/// What a command leaves running, and what can be read of it.
@Suite(.serialized) struct BackgroundTests {
    /// Whatever keeps a descriptor, a job or a child: the result comes with the end of the shell.
    @Test(arguments: [
        ("cat <<E\nhere\nE", "here"), ("cat <<<$(seq 200000) | tail -1", "200000"),
        ("cat <<E | wc -l\n$(seq 150000)\nE", "150000"), ("yes | head -1", "y"),
        ("seq 100000 | sort -n | tail -1", "100000"),
        ("sleep 1000 & jobs | wc -l", "1"), ("sleep 1000 & disown; echo out", "out"),
        ("sleep 0.1 & wait; echo waited", "waited"), ("exec 5>&1 6>&2; sleep 1000 >&5 2>&6 & echo kept", "kept"),
        ("coproc cat; echo through >&${COPROC[1]}; read -u ${COPROC[0]} line; echo $line", "through"),
        ("cat <(echo substituted)", "substituted"), ("echo tee > >(cat); sleep 0.1", "tee"),
        ("nohup sleep 1000 & echo nohup", "nohup"), ("setsid sleep 1000 | : & echo piped", "piped"),
        ("mkfifo f; cat f & echo fifo", "fifo"), ("(sleep 1000; echo late) & echo early", "early"),
        ("sleep 1000 & exec 1>&- 2>&-; true", ""), ("set -m; sleep 1000 & echo monitored", "monitored"),
        ("trap 'echo trapped' EXIT; sleep 1000 & true", "trapped"), ("f() { sleep 1000 & return 0; }; f; echo f", "f"),
        ("cat; echo no input", "no input"), ("bash -c 'sleep 1000 & echo inner'", "inner"),
    ]) func nothingThatAShellStartsHoldsItsResult(_ text: String, _ expected: String) async throws {
        try await withSession { sandbox async throws in
            let limits = CommandLimits(wall: .seconds(20), output: .mebibytes(1), fileSize: .mebibytes(64))
            let command = try await sandbox.start(shell: text, limits: limits)
            let result = try await command.result()
            #expect(result.run.outcome == .ok, "\(text): \(result)")
            let output = String(decoding: result.run.output.standardOutput, as: UTF8.self)
            #expect(output.trimmingCharacters(in: .whitespacesAndNewlines) == expected)
            await command.end(.cancelled)
            #expect(await sandbox.liveCommands == 0)
            #expect(try await sandbox.shell("pgrep -c 'sleep|cat'").text == "0\n")
        }
    }

    @Test func aBackgroundProcessIsFoundAndSignalledByLaterCommands() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let command = try await sandbox.start(shell: "sleep 1000 & echo $!")
            let pid = try #require(Int(try await command.result().text.dropLast()))
            #expect(try await sandbox.shell("ps -o pid=,args= -p \(pid) | xargs").text == "\(pid) sleep 1000\n")
            #expect(await sandbox.liveCommands == 1)
            #expect(try await sandbox.shell("kill -TERM \(pid)").run.outcome == .ok)
            await command.waitUntilGone()
            #expect(await sandbox.liveCommands == 0)
        }
    }

    @Test func aSignalReachesWhatACommandLeftAndNothingElse() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let other = try await sandbox.start(shell: "sleep 2001 & exit")
            #expect(try await other.result().hasBackground)
            let command = try await sandbox.start(shell: "sleep 1001 & (setsid sleep 1002 &); exit")
            #expect(try await command.result().hasBackground)
            #expect(try await command.activity()?.processes == 2)
            // Until all three have become what they are to be.
            #expect(try await sandbox.shell("until [[ $(pgrep -xc sleep) == 3 ]]; do :; done").run.outcome == .ok)
            try await command.signal(SIGSTOP)
            let stopped = "until [[ $(ps -o stat= -C sleep | grep -c ^T) == 2 ]]; do :; done"
            #expect(try await sandbox.shell(stopped).run.outcome == .ok)
            try await command.signal(SIGTERM)
            try await command.signal(SIGCONT)
            await command.waitUntilGone()
            try await command.signal(SIGTERM)
            #expect(try await other.activity()?.processes == 1)
            await other.end(.cancelled)
        }
    }

    @Test func anObserverSeesEverythingWhileACommandRunsAndAfterIt() async throws {
        try await withSession { sandbox async throws in
            var limits = CommandLimits(wall: nil, output: .kibibytes(4), endsFlood: false, fileSize: .mebibytes(1))
            limits.observesEverything = true
            let seen = SeenOutput()
            let text = "echo begin; echo error >&2; read line; seq 100000; (sleep 0.3; echo late) & exit"
            let command = SessionCommand.shell(text, state: nil, environment: shellEnvironment)
            var open = command
            open.keepsInputOpen = true
            let running = try await sandbox.start(open, limits: limits, observer: seen.observer)
            try #require(try await eventually { seen.output.count + seen.errors.count == 12 })
            #expect(seen.output == Array("begin\n".utf8) && seen.errors == Array("error\n".utf8))
            await running.write(Array("go\n".utf8))
            let result = try await running.result()
            #expect(result.run.output.isTruncated && result.hasBackground)
            await running.waitUntilGone()
            // Also what its children wrote after the end of the first process.
            #expect(seen.output.count == 6 + 588_895 + 5)
            #expect(String(decoding: seen.output.suffix(12), as: UTF8.self) == "100000\nlate\n")
        }
    }
}

/// All that a command wrote so far.
private final class SeenOutput: Sendable {
    private let state = Mutex((output: [UInt8](), errors: [UInt8]()))

    var output: [UInt8] { state.withLock { $0.output } }
    var errors: [UInt8] { state.withLock { $0.errors } }

    var observer: OutputObserver {
        { [self] stream, bytes in
            state.withLock { state in
                switch stream {
                case .standardOutput: state.output += bytes
                case .standardError: state.errors += bytes
                }
            }
        }
    }
}
