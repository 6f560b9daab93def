import Foundation
import Glibc
import Isolation
import LinuxKernel
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

    @Test func aLogIsReadByOffsetWhileACommandRunsAndAfterIt() async throws {
        try await withSession { sandbox async throws in
            var limits = CommandLimits(wall: nil, output: .kibibytes(4), endsFlood: false, fileSize: .mebibytes(1))
            limits.observesEverything = true
            let log = OutputLog(limit: .kibibytes(64))
            let text = "echo begin; echo error >&2; read line; seq 100000; (sleep 0.3; echo late) & exit"
            let command = SessionCommand.shell(text, state: nil, environment: shellEnvironment)
            var open = command
            open.keepsInputOpen = true
            let running = try await sandbox.start(open, limits: limits, observer: log.observer)
            try #require(try await eventually { log.written == 12 })
            let first = log.read(from: 0, atMost: .kibibytes(1))
            #expect(first.output.standardOutput == Array("begin\n".utf8))
            #expect(first.output.standardError == Array("error\n".utf8))
            #expect(first.next == 12 && first.written == 12)
            await running.write(Array("go\n".utf8))
            let result = try await running.result()
            #expect(result.run.output.isTruncated && result.hasBackground)
            await running.waitUntilGone()
            // Also what its children wrote after the end of the first process.
            let size = 12 + 588_895 + 5
            #expect(log.written == size)
            let last = log.read(from: size - 12, atMost: .kibibytes(1))
            #expect(String(decoding: last.output.combined, as: UTF8.self) == "100000\nlate\n")
            let lost = log.read(from: 12, atMost: .kibibytes(1))
            #expect(lost.offset == size - 65536 && lost.output.dropped == size - 65536 - 12)
            #expect(lost.output.combined.count == 1024)
        }
    }

    @Test func aLogKeepsTheLastOfAFlood() {
        let log = OutputLog(limit: ByteCount(10))
        let nothing = log.read(from: 0, atMost: ByteCount(5))
        #expect(nothing.output == CapturedOutput() && nothing.next == 0 && nothing.written == 0)
        log.append(.standardOutput, Array("abcdef".utf8))
        log.append(.standardError, Array("ghijkl".utf8))
        let all = log.read(from: 0, atMost: ByteCount(100))
        #expect(all.offset == 2 && all.output.dropped == 2 && all.written == 12 && all.next == 12)
        #expect(all.output.standardOutput == Array("cdef".utf8) && all.output.standardError == Array("ghijkl".utf8))
        let part = log.read(from: 5, atMost: ByteCount(3))
        #expect(part.output.combined == Array("fgh".utf8) && part.output.dropped == 0 && part.next == 8)
        #expect(part.output.standardOutput == Array("f".utf8) && part.output.standardError == Array("gh".utf8))
        log.append(.standardOutput, Array(repeating: UInt8(ascii: "x"), count: 1000))
        #expect(log.written == 1012)
        #expect(log.read(from: 1005, atMost: ByteCount(100)).output.standardOutput.count == 7)
        for offset in [1012, 5000, Int.max] {
            let end = log.read(from: offset, atMost: ByteCount(100))
            #expect(end.output.combined.isEmpty && end.offset == 1012 && end.next == 1012)
        }
        #expect(log.read(from: -5, atMost: ByteCount(-1)).output.dropped == 1002)
    }
}
