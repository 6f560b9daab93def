import Foundation
import Glibc
import Isolation
import LinuxKernel
import Testing

/// Commands on a terminal of their own.
@Suite(.serialized) struct TerminalTests {
    @Test func aShellOnATerminalHasJobControl() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let screen = try await Screen(sandbox)
            try await screen.type("echo [$((40 + 2))]; tty; stty size\n")
            #expect(try await screen.shows("[42]", "/dev/pts/0", "24 80"))
            // The interrupt key ends what is in the foreground, and the shell goes on.
            try await screen.type("sleep 1000\n")
            #expect(try await screen.shows("sleep 1000"))
            #expect(try await sandbox.shell("until pgrep -x sleep >/dev/null; do :; done").run.outcome == .ok)
            try await screen.type("\u{3}")
            try await screen.type("echo code=$?\n")
            #expect(try await screen.shows("code=130"))
            // The suspend key discards what is typed and not read yet: both must run.
            try await screen.type("sleep 1001 &\nsleep 1002\n")
            #expect(try await sandbox.shell("until [[ $(pgrep -xc sleep) == 2 ]]; do :; done").run.outcome == .ok)
            try await screen.type("\u{1a}")
            try await screen.type("jobs\n")
            #expect(try await screen.shows("Running", "Stopped"))
            try await screen.type("kill %1 %2; exit 7\n")
            try await screen.type("exit 7\n")
            #expect(try await screen.toTheEnd())
            #expect(try await screen.terminal.result().run.exitCode == 7)
        }
    }

    @Test func theSizeIsSetWhileItRuns() async throws {
        try await withSession { sandbox async throws in
            let screen = try await Screen(sandbox)
            try await screen.type("trap 'stty size' WINCH; echo ready\n")
            #expect(try await screen.shows("\nready"))
            // Once is not enough: bash reads and writes back the size before each prompt, and may write back the old one.
            try await screen.showsSize(TerminalSize(rows: 50, columns: 132))
            await screen.terminal.end(.cancelled)
            #expect(try await screen.terminal.result().run.outcome == .cancelled)
        }
    }

    @Test func itBeginsWithTheSessionsState() async throws {
        try await withSession(unlike: .ownRoot) { sandbox async throws in
            let state = try await sandbox.shell("mkdir here; cd here; export A='a b'").state
            let screen = try await Screen(sandbox, state: state)
            try await screen.type("echo \"<$A>\" $PWD\n")
            #expect(try await screen.shows("<a b> /workspace/here", "~/here$ "))
            await screen.terminal.end(.cancelled)
        }
    }

    /// Nobody reads: the terminal fills, and `yes` waits instead of the server's memory growing.
    @Test func whatIsNotReadStopsTheWriter() async throws {
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let command = SessionCommand.program(Command(executable: "/usr/bin/yes", arguments: ["yes"]))
            let terminal = try await sandbox.start(
                command, limits: standardCommandLimits, on: TerminalSize(rows: 24, columns: 80))
            #expect(try await sandbox.shell("until [[ $(ps -o stat= -C yes) == S* ]]; do :; done").run.outcome == .ok)
            var count = 0
            while count < 1 << 20 { count += try #require(try await terminal.read()).count }
            await terminal.end(.cancelled)
            while let bytes = try await terminal.read() { count += bytes.count }
            #expect(count < 2 << 20)
        }
    }

    @Test func aReaderThatIsCancelledTakesNothingFromTheNext() async throws {
        try await withSession { sandbox async throws in
            let command = SessionCommand.program(Command(executable: "/usr/bin/cat", arguments: ["cat"]))
            let terminal = try await sandbox.start(
                command, limits: standardCommandLimits, on: TerminalSize(rows: 24, columns: 80))
            for round in 1...100 {
                let first = Task { try await terminal.read() }
                if round % 2 == 0 { await Task.yield() }
                first.cancel()
                async let second = terminal.read()
                if try await first.value == nil { await terminal.write(Array("\(round)".utf8)) }
                #expect(try await second == Array("\(round)".utf8))
            }
            // One that still waits gives way.
            let waiting = Task { try await terminal.read() }
            async let next = terminal.read()
            #expect(try await waiting.value == nil)
            await terminal.write(Array("end".utf8))
            #expect(try await next == Array("end".utf8))
            await terminal.end(.cancelled)
        }
    }

    @Test func terminalsHaveALimitAndAreTheSandboxsOwn() async throws {
        try await withSession(unlike: .ownRoot) { sandbox async throws in
            let script = """
                import os
                count = 0
                held = []
                try:
                    while True: held.append(os.open("/dev/ptmx", os.O_RDWR))
                except OSError as error: print(len(held), error.errno)
                """
            #expect(try await sandbox.shell("ls /dev/pts; python3 -c '\(script)'").text == "ptmx\n64 28\n")
        }
    }
}

/// What a terminal has shown.
private actor Screen {
    let terminal: any RunningTerminal
    private var text = ""

    init(_ sandbox: any SessionSandbox, state: ShellState? = nil) async throws {
        let shell = SessionCommand.interactiveShell(
            state: state, environment: shellEnvironment, additions: ["TERM": "dumb"])
        terminal = try await sandbox.start(
            shell, limits: standardCommandLimits, on: TerminalSize(rows: 24, columns: 80))
    }

    func type(_ keys: String) async throws { await terminal.write(Array(keys.utf8)) }

    /// Reads until all of it was there; false at the end of the terminal.
    func shows(_ parts: String...) async throws -> Bool {
        while !parts.allSatisfy({ text.contains($0) }) {
            guard let bytes = try await terminal.read() else {
                print(text)
                return false
            }
            text += String(decoding: bytes, as: UTF8.self)
        }
        return true
    }

    /// Sets the size until it is told.
    func showsSize(_ size: TerminalSize) async throws {
        while !text.contains("\(size.rows) \(size.columns)") {
            try await terminal.resize(size)
            try await type("true\n")
            text += String(decoding: try #require(try await terminal.read()), as: UTF8.self)
        }
    }

    func toTheEnd() async throws -> Bool {
        while let bytes = try await terminal.read() { text += String(decoding: bytes, as: UTF8.self) }
        return true
    }
}
