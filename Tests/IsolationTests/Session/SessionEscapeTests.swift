import Foundation
import Glibc
import Isolation
import Testing

/// A session's sandbox has the walls of a run's, and none of what makes it a session is a way out.
@Suite(.serialized) struct SessionEscapeTests {
    private func attempts(_ source: String, in sandbox: any SessionSandbox) async throws -> Answers {
        let module = """
            import errno, os, sys
            def tell(name, value): print(name, value, sep="\\t", flush=True)
            def attempt(name, action):
                try: tell(name, "ok " + str(action()))
                except OSError as error: tell(name, errno.errorcode[error.errno])

            """
        let result = try await sandbox.shell("exec python3 -S -", input: module + source)
        try #require(result.run.outcome == .ok, "\(result.text)")
        return result.run.answers
    }

    @Test func theWallsAreThoseOfARun() async throws {
        let script = """
            import ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            def call(name, *arguments):
                if getattr(libc, name)(*arguments) < 0: raise OSError(ctypes.get_errno(), name)
            status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
            tell("capabilities", status["CapEff"].strip("0") + status["CapBnd"].strip("0") + "none")
            tell("privileges", status["NoNewPrivs"] + status["Seccomp"])
            attempt("unmount", lambda: call("umount2", b"/workspace", 2))
            attempt("mount", lambda: call("mount", b"/tmp", b"/workspace", None, 4096, None))
            attempt("namespace", lambda: call("unshare", 0x10000000))
            attempt("device", lambda: os.mknod("device", 0o20666, os.makedev(1, 3)))
            attempt("template", lambda: open("/etc/sandbox/session.bash", "w"))
            attempt("shadow", lambda: open("/etc/shadow"))
            os.symlink("/proc/1/root/etc/shadow", "link")
            attempt("link", lambda: open("link"))
            tell("outside", sorted(os.listdir("/workspace/..")) == sorted(os.listdir("/")))
            attempt("own", lambda: open("file", "w").close())
            """
        try await withSession(unlike: .ownProc, .ownRoot) { sandbox async throws in
            let answers = try await attempts(script, in: sandbox)
            #expect(answers["capabilities"] == "none" && answers["privileges"] == "12")
            for name in ["unmount", "mount", "namespace", "device", "template", "shadow", "link"] {
                #expect(refusals.contains(try #require(answers[name])), "\(name): \(answers)")
            }
            #expect(answers["outside"] == "True" && answers["own"] == "ok None")
        }
    }

    @Test func keeperAndWardensCannotBeReached() async throws {
        let script = """
            import ctypes, signal
            warden = os.getppid()
            tell("parent", open("/proc/%d/comm" % warden).read().strip())
            for name, pid in [("keeper", 1), ("warden", warden)]:
                for file in ["fd", "mem", "environ", "maps", "root", "cwd", "fdinfo/3"]:
                    path = "/proc/%d/%s" % (pid, file)
                    attempt(name + " " + file, lambda: os.listdir(path) if file == "fd" else open(path, "rb").read(1))
                attempt(name + " socket", lambda: os.open("/proc/%d/fd/3" % pid, os.O_RDWR))
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.ptrace(16, pid, 0, 0) < 0: tell(name + " ptrace", errno.errorcode[ctypes.get_errno()])
            tell("own", len(open("/proc/self/environ", "rb").read(1)))
            """
        try await withSession(unlike: .ownProc) { sandbox async throws in
            let answers = try await attempts(script, in: sandbox)
            #expect(answers["parent"] == "warden" && answers["own"] == "1")
            let others = answers.filter { $0.key.hasPrefix("keeper ") || $0.key.hasPrefix("warden ") }
            #expect(others.count == 18)
            for (name, answer) in others { #expect(refusals.contains(answer), "\(name): \(answer)") }
        }
    }

    @Test func sessionsDoNotSeeEachOther() async throws {
        let (first, second) = (try SessionFolder(user: 310_001), try SessionFolder(user: 310_002))
        try await withEngine(unlike: .ownProc) { engine in
            try await withSession(on: engine, first) { mine async throws in
                try await withSession(on: engine, second) { theirs async throws in
                    let victim = try await theirs.start(shell: "echo up; sleep 1000")
                    try #require(try await eventually { try await victim.activity()?.processes == 2 })
                    let spree =
                        "kill -KILL -1; for p in {2..3000}; do kill -KILL $p; done 2>/dev/null; ls /proc | grep -c sleep"
                    let result = try await mine.shell(spree)
                    // The first of it ends its own warden, and so itself.
                    #expect(result.run.outcome == .signaled && result.run.signal == "SIGKILL")
                    #expect(try await victim.activity()?.processes == 2)
                    await victim.end(.cancelled)
                }
            }
        }
    }

    @Test func aLostLauncherLosesSandboxesAndNotSessions() async throws {
        let folder = try SessionFolder()
        try await withEngine(unlike: .ownUser, configure: { $0.sessionPoolSize = 2 }) { engine in
            let sandbox = try await engine.sandbox(for: try folder.specification(on: engine))
            #expect(try await sandbox.shell("echo kept > file").run.outcome == .ok)
            let command = try await sandbox.start(shell: "sleep 1000")
            let terminal = try await sandbox.start(
                .program(Command(executable: "/usr/bin/sleep", arguments: ["sleep", "1000"])),
                limits: standardCommandLimits, on: TerminalSize(rows: 24, columns: 80))
            let launcher = try #require(try HostProcesses.children(of: getpid()).first { $0.hasSuffix(" launcher") })
            try #require(kill(try #require(Int32(launcher.split(separator: " ")[0])), SIGKILL) == 0)
            #expect(try await command.result().run.outcome == .sandboxError)
            await command.waitUntilGone()
            #expect(try await terminal.result().run.outcome == .sandboxError)
            #expect(try await terminal.read() == nil)
            #expect(await !sandbox.isAlive)
            await sandbox.destroy()
            // Until the news is there, what has just died may be asked: that is typed too.
            let works = try await eventually {
                do {
                    let next = try await engine.sandbox(for: try folder.specification(on: engine))
                    let text = try await next.shell("cat file").text
                    await next.destroy()
                    return text == "kept\n"
                } catch is SandboxFailure {
                    return false
                }
            }
            #expect(works)
        }
    }

    @Test func sessionsLeaveNothing() async {
        await #expect(processExitsWith: .success) {
            let start = try await HostState.settled()
            try await withEngine(configure: { $0.sessionPoolSize = 2 }) { engine in
                for round in 1...10 {
                    try await withSession(on: engine) { sandbox async throws in
                        let line = ShellLine(sandbox)
                        try await line.run("export A=1; (setsid sleep 1000 &); sleep 1000 &")
                        let terminal = try await sandbox.start(
                            .interactiveShell(state: nil, environment: shellEnvironment),
                            limits: standardCommandLimits, on: TerminalSize(rows: 24, columns: 80))
                        #expect(try await terminal.read() != nil)
                        if round % 2 == 0 { await terminal.end(.cancelled) }
                        await #expect(throws: SandboxFailure.self) {
                            try await sandbox.start(
                                .program(Command(executable: "/missing", arguments: ["x"])),
                                limits: standardCommandLimits, observer: nil)
                        }
                    }
                }
            }
            try await expectEventually(start)
        }
    }
}
