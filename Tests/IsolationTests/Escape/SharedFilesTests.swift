import Isolation
import Testing

/// /usr is the host's, and so its files are shared with every other sandbox: nothing about them tells of others.
@Suite(.serialized) struct SharedFilesTests {
    /// Events of files would tell which programs others start, and when (inotify(7), fcntl(2) F_NOTIFY, fanotify(7)).
    @Test func usesOfSharedFilesByOthersAreNotAnnounced() async throws {
        let script = """
            import ctypes, fcntl
            libc = ctypes.CDLL(None, use_errno=True)
            def check(result):
                if result < 0: raise OSError(ctypes.get_errno(), "")
            attempt("inotify", lambda: check(libc.inotify_init1(0)))
            attempt("older inotify", lambda: check(libc.inotify_init()))
            attempt("watch", lambda: check(libc.inotify_add_watch(0, b"/usr/bin", 0xfff)))
            attempt("fanotify", lambda: check(libc.fanotify_init(0x200, 0)))
            attempt("directory", lambda: fcntl.fcntl(os.open("/usr/bin", os.O_RDONLY), fcntl.F_NOTIFY, 1) and None)
            attempt("lease", lambda: fcntl.fcntl(os.open("/usr/bin/env", os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK) and None)
            attempt("flags", lambda: fcntl.fcntl(0, fcntl.F_GETFL) and None)
            """
        try await withEngine { engine in
            let answers = try await engine.attempts(script)
            #expect(
                answers == [
                    "inotify": "ENOSYS", "older inotify": "ENOSYS", "watch": "ENOSYS", "fanotify": "EPERM",
                    "directory": "EINVAL", "lease": "EACCES", "flags": "ok",
                ])
        }
    }

    /// Who follows a file without events looks at it again and again.
    @Test func ownFilesCanBeFollowed() async throws {
        let script = "echo one >log; (sleep 0.3; echo two >>log; sleep 0.3) & tail --pid=$! -f -s 0.1 log 2>/dev/null"
        try await withEngine { engine in
            let result = try await engine.bash(script, limits: patientLimits())
            #expect(result.outcome == .ok && result.text == "one\ntwo\n")
        }
    }
}
