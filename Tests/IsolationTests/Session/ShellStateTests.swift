import Foundation
import Isolation
import Testing

/// What lasts of a shell from one command to the next.
@Suite(.serialized) struct ShellStateTests {
    @Test func directoryVariablesAndUmaskLast() async throws {
        try await withSession(unlike: .ownProc, .ownRoot) { sandbox async throws in
            let line = ShellLine(sandbox)
            try await line.run(
                "mkdir -p 'a b/ü'; cd 'a b/ü'; export NAME=$'two\\nlines \\'\"$x`' GONE=1; LOCAL=1; umask 027")
            #expect(await line.state?.workingDirectory == "/workspace/a b/ü")
            let result = try await line.run(
                "pwd; echo \"$NAME\"; echo ${LOCAL-none}; umask; unset GONE; cd - >/dev/null; pwd")
            #expect(result.text == "/workspace/a b/ü\ntwo\nlines '\"$x`\nnone\n0027\n/workspace\n")
            #expect(
                try await line.run("echo ${GONE-none} $PATH $SHLVL; pwd").text == "none /usr/bin:/bin 1\n/workspace\n")
            let names = try await line.run(
                "compgen -e | sort | xargs; ls /proc/self/fd | xargs")
            #expect(names.text == "HOME LANG NAME OLDPWD PATH PWD SHLVL\n0 1 2 251 3\n", "\(names.text)")
        }
    }

    @Test(arguments: [
        ("exit 3", 3), ("set -e; false; echo no", 1), ("set -u; echo $nothing", 127), ("false", 1),
        ("echo a\nif then", 2), ("echo \"open", 2), ("kill -TERM $$", 143), ("f() { exit 4; }; f", 4),
        ("set -x; cd .; exit 5", 5), ("nothing_like_it", 127), ("IFS=/; set -f; exit 6", 6),
        ("shopt -s extglob; trap 'echo debug >/dev/null' DEBUG; exit 7", 7), ("{ sleep 100 & }; exit 8", 8),
    ]) func theStateIsKeptHoweverTheShellEnds(_ command: String, _ code: Int) async throws {
        try await withSession { sandbox async throws in
            let line = ShellLine(sandbox)
            let result = try await line.run("cd /usr; export KEPT=1\n" + command)
            #expect(result.run.exitCode ?? 128 + 15 == code, "\(result.run)")
            #expect(result.state?.workingDirectory == "/usr", "\(result.text)")
            #expect(!result.text.contains("sandmartin"), "\(result.text)")
            #expect(try await line.run("echo $KEPT; pwd").text == "1\n/usr\n")
        }
    }

    @Test(arguments: [
        "exec true", "exec /nothing", "kill -KILL $$", "trap 'true' EXIT; exit", "exec 251>&-", "printf junk >&251",
    ])
    func theOldStateStaysWhenTheShellLeavesNone(_ command: String) async throws {
        try await withSession { sandbox async throws in
            let line = ShellLine(sandbox)
            try await line.run("cd /usr; export KEPT=1")
            let result = try await line.run("cd /etc; export KEPT=2; " + command)
            #expect(result.state == nil, "\(result)")
            #expect(try await line.run("echo $KEPT; pwd").text == "1\n/usr\n")
        }
    }

    @Test func additionsAreForOneCommand() async throws {
        try await withSession { sandbox async throws in
            let line = ShellLine(sandbox)
            try await line.run("export B=old")
            let additions = ["A": "new '\"$x\n", "B": "new", "C": "new", "PATH": "/bin"]
            let result = try await line.run("echo \"$A$B$C $PATH\"; C=changed", additions: additions)
            #expect(result.text == "new '\"$x\nnewnew /bin\n")
            #expect(try await line.run("echo ${A-none} $B $C $PATH").text == "none old changed /usr/bin:/bin\n")
        }
    }

    @Test func textIsNeverPartOfAScriptOfOurs() async throws {
        try await withSession { sandbox async throws in
            let line = ShellLine(sandbox)
            #expect(try await line.run("-x").run.exitCode == 127)
            #expect(try await line.run("cat <<'E'\n$a `b` \"c\nE\necho $((1 + 2)) | tr 3 x").text == "$a `b` \"c\nx\n")
            #expect(try await line.run("'; echo no").run.exitCode == 2)
            #expect(try await line.run("").run.exitCode == 0)
            let long = "echo " + String(repeating: "x", count: SessionCommand.maximumTextSize - 5)
            #expect(try await line.run(long).run.usage.standardOutput.bytes == SessionCommand.maximumTextSize - 4)
        }
    }

    @Test func aDirectoryThatIsGoneIsReplaced() async throws {
        try await withSession(unlike: .ownRoot) { sandbox async throws in
            let line = ShellLine(sandbox)
            try await line.run("mkdir here; cd here")
            #expect(try await sandbox.shell("rmdir /workspace/here").run.outcome == .ok)
            #expect(try await line.run("pwd").text == "bash: /workspace/here is gone; now in /workspace\n/workspace\n")
            try await line.run("mkdir here; cd here; rmdir ../here")
            #expect(await line.state?.workingDirectory.hasPrefix("/workspace") == true)
        }
    }

    @Test func aStateThatIsTooLargeIsNotKept() async throws {
        try await withSession { sandbox async throws in
            let line = ShellLine(sandbox)
            try await line.run("export KEPT=1")
            // Single strings of the environment end at 128 KiB, and so would every command after it.
            let result = try await line.run(
                "for i in 1 2 3; do printf -v A$i %100000s; export A$i; done; export KEPT=2")
            #expect(result.stateIsTooLarge && result.state == nil && result.run.exitCode == 0)
            #expect(try await line.run("echo $KEPT ${#A1}").text == "1 0\n")
            let flood = try await sandbox.shell(
                "cat /dev/zero >&251",
                limits: CommandLimits(wall: .seconds(1), output: .mebibytes(1), fileSize: .mebibytes(1)))
            #expect(flood.run.outcome == .timeLimit && flood.stateIsTooLarge)
        }
    }

    @Test func aForgedStateHarmsItsOwnSessionAlone() async throws {
        try await withSession { sandbox async throws in
            let forged = "printf 'sandmartin 1\\0/etc\\0%s\\0end\\0' 'echo forged >&2; export A=1; ((' >&251; exec true"
            let state = try #require(try await sandbox.shell(forged).state)
            #expect(state.workingDirectory == "/etc")
            let next = try await sandbox.shell("echo next", state: state)
            #expect(next.text == "next\n" && next.run.exitCode == 0)
        }
    }

    @Test func aStateIsReadBackFromItsBytes() {
        func state(_ text: String) -> ShellState? { ShellState(Array(text.utf8)) }
        #expect(state("sandmartin 1\0/a\0x\0end\0")?.workingDirectory == "/a")
        for text in [
            "", "sandmartin 1\0/a\0x\0end", "sandmartin 1\0/a\0x\0", "sandmartin 1\0a\0x\0end\0", "x\0/a\0x\0end\0",
            "sandmartin 1\0/a\0x\0end\0more", "sandmartin 1\0/a\0x\0y\0end\0", "sandmartin 1\0\0x\0end\0",
        ] { #expect(state(text) == nil, "\(text)") }
        let large = "sandmartin 1\0/a\0" + String(repeating: "x", count: ShellState.maximumSize) + "\0end\0"
        #expect(state(large) == nil)
    }
}
