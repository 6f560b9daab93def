import Isolation
import Testing

/// Signals reach a sandbox's own programs: not its keeper, not its neighbours, nothing of the host.
@Suite(.serialized) struct KillTests {
    @Test func theKeeperSurvivesEverySignal() async throws {
        let script = """
            import ctypes, fcntl, signal, socket, time
            libc = ctypes.CDLL(None)
            for number in range(1, 65):
                answer(lambda: os.kill(1, number))
                answer(lambda: os.tgkill(1, 1, number)) if hasattr(os, "tgkill") else libc.syscall(234, 1, 1, number)
            keeper = os.pidfd_open(1)
            for number in [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGCHLD]:
                answer(lambda: signal.pidfd_send_signal(keeper, number))
            # By way of a descriptor whose events are announced with a signal of our choice (fcntl(2), F_SETSIG).
            ours, theirs = socket.socketpair()
            for number in [signal.SIGKILL, signal.SIGSTOP]:
                answer(lambda: fcntl.fcntl(ours, fcntl.F_SETOWN, 1))
                answer(lambda: fcntl.fcntl(ours, 10, number))
                answer(lambda: fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC))
                theirs.send(b"x")
            attempt("everybody", lambda: os.kill(-1, signal.SIGKILL))
            # The keeper still works: it waits for those whose parents are gone.
            child = os.fork()
            if child == 0:
                if os.fork() == 0: os._exit(0)
                os._exit(0)
            os.waitpid(child, 0)
            while sum(name.isdigit() for name in os.listdir("/proc")) > 2: time.sleep(0.01)
            tell("keeper", open("/proc/1/comm").read().strip())
            sys.exit(7)
            """
        try await withEngine(unlike: .ownProc) { engine in
            let result = try await engine.python(script, limits: patientLimits())
            #expect(result.outcome == .nonzeroExit && result.exitCode == 7, "\(result.text)")
            #expect(result.answers["keeper"] == "keeper")
            #expect(["ok", "ESRCH"].contains(result.answers["everybody"]))
        }
    }

    @Test func programsReachTheirOwnProcessesAndNoOther() async throws {
        let script = """
            import signal
            child = os.fork()
            if child == 0: signal.pause()
            mine = {1, os.getpid(), child, os.getppid()}
            reached = [pid for pid in range(2, 70000) if pid not in mine and answer(lambda: os.kill(pid, 0)) == "ok"]
            tell("others", reached)
            attempt("a group that is not ours", lambda: os.killpg(os.getpid() + 1000, signal.SIGKILL))
            attempt("child", lambda: os.kill(child, signal.SIGKILL))
            tell("child ended by", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            """
        try await withEngine { engine in
            let answers = try await engine.attempts(script, limits: patientLimits())
            #expect(
                answers == [
                    "others": "[]", "a group that is not ours": "ESRCH", "child": "ok", "child ended by": "-9",
                ])
        }
    }

    @Test func aProgramThatKillsItselfOrItsGroupIsSignaled() async throws {
        try await withEngine { engine in
            for script in ["kill -KILL $$", "kill -KILL 0"] {
                let result = try await engine.bash(script)
                #expect(result.outcome == .signaled && result.signal == "SIGKILL", "\(script)")
                #expect(result.explanation == "the program was ended by SIGKILL")
            }
        }
    }

    @Test func neighboursLiveThroughAKillingSpree() async throws {
        let victim = """
            import signal
            tell("alive", os.getpid())
            signal.pause()
            """
        let killer = """
            import signal
            for pid in [-1] + [pid for pid in range(2, 70000) if pid != os.getpid()]: answer(lambda: os.kill(pid, signal.SIGKILL))
            tell("visible", sorted(int(name) for name in os.listdir("/proc") if name.isdigit()) == [1, os.getpid()])
            """
        try await withEngine(unlike: .ownProc) { engine in
            let live = try await LiveProgram.start(python: victim, on: engine)
            let answers = try await engine.attempts(killer, limits: patientLimits())
            #expect(answers == ["visible": "True"])
            #expect(try await live.end().outcome == .cancelled)
        }
    }
}
