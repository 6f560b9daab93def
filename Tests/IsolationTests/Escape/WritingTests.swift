import Isolation
import Testing

/// Programs write in /workspace, /tmp and /dev/shm, and change nothing anywhere else.
@Suite(.serialized) struct WritingTests {
    @Test func onlyThreePlacesTakeNewFiles() async throws {
        let script = """
            for place, folders, files in os.walk("/"):
                if place == "/proc": folders[:] = [name for name in folders if not name.isdigit()]
                if place == "/usr": folders[:] = [name for name in folders if name in ("bin", "local")]
                probe = os.path.join(place, "probe")
                answers = [answer(action) for action in [
                    lambda: open(probe, "x").close(), lambda: os.mkdir(probe + "dir"),
                    lambda: os.symlink("a", probe + "link"), lambda: os.mkfifo(probe + "fifo")]]
                if "ok" in answers: tell(place, " ".join(answers))
            """
        try await withEngine(unlike: .ownRoot) { engine in
            let answers = try await engine.attempts(script, limits: patientLimits())
            let all = "ok ok ok ok"
            #expect(answers == ["/workspace": all, "/tmp": all, "/dev/shm": all])
        }
    }

    @Test func filesThatAreThereStayAsTheyAre() async throws {
        let script = """
            import stat
            tried = 0
            for place, folders, files in os.walk("/"):
                if place == "/": folders[:] = [name for name in folders if name not in ("tmp", "workspace")]
                if place == "/proc": folders[:] = [name for name in folders if not name.isdigit() or name == "1"]
                if place == "/usr": folders[:] = [name for name in folders if name in ("bin", "local")]
                if place.startswith("/dev"): continue
                for name in files:
                    path = os.path.join(place, name)
                    tried += 1
                    for action in [lambda: os.open(path, os.O_WRONLY | os.O_NONBLOCK), lambda: os.truncate(path, 0),
                                   lambda: os.chmod(path, 0o777), lambda: os.unlink(path),
                                   lambda: os.rename(path, path + "2")]:
                        if answer(action) == "ok": tell(path, "changed")
            tell("tried", tried > 500)
            open("own", "w").write("x")
            attempt("own", lambda: (os.chmod("own", 0o777), os.truncate("own", 0), os.rename("own", "b"), os.unlink("b")))
            """
        try await withEngine(unlike: .ownRoot) { engine in
            let answers = try await engine.attempts(script, limits: patientLimits())
            #expect(answers == ["tried": "True", "own": "ok"])
        }
    }

    /// Writable descriptors of /proc/self are the ways by which others have changed their own sandbox.
    @Test func procIsReadOnlyAlsoForOnesOwnEntries() async throws {
        let script = """
            for name in ["setgroups", "uid_map", "gid_map", "oom_score_adj", "mem", "comm", "attr/current", "loginuid",
                         "coredump_filter", "clear_refs", "timerslack_ns", "projid_map", "autogroup"]:
                attempt(name, lambda: os.open("/proc/self/" + name, os.O_WRONLY))
            attempt("core_pattern", lambda: os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))
            attempt("modprobe", lambda: os.open("/proc/sys/kernel/modprobe", os.O_WRONLY))
            attempt("sysrq", lambda: os.open("/proc/sysrq-trigger", os.O_WRONLY))
            attempt("read", lambda: os.open("/proc/self/status", os.O_RDONLY))
            """
        try await withEngine(unlike: .ownProc) { engine in
            var answers = try await engine.attempts(script)
            #expect(answers.removeValue(forKey: "read") == "ok")
            #expect(answers.count == 16)
            for (name, answer) in answers { #expect(refusals.contains(answer), "\(name): \(answer)") }
        }
    }

    @Test func linksCarryNothingOut() async throws {
        let script = """
            os.symlink("/usr/bin/python3", "link")
            os.symlink("/etc", "folder")
            attempt("through a link", lambda: os.open("link", os.O_WRONLY))
            attempt("new in a linked folder", lambda: open("folder/new", "w"))
            attempt("hard link to a program", lambda: os.link("/usr/bin/env", "hard"))
            attempt("hard link out", lambda: os.link("program.py", "/usr/program.py"))
            attempt("rename out", lambda: os.rename("program.py", "/etc/program.py"))
            attempt("rename a program in", lambda: os.rename("/usr/bin/env", "env"))
            attempt("replace a link of the root", lambda: os.rename("link", "/bin"))
            attempt("owner of a program", lambda: os.chown("/usr/bin/env", 1000, 1000))
            attempt("own, by link", lambda: (os.symlink("own", "mine"), open("mine", "w").write("x"))[0])
            attempt("own, hard link", lambda: os.link("own", "second"))
            attempt("own, rename", lambda: os.rename("second", "/workspace/third"))
            """
        try await withEngine(unlike: .ownRoot) { engine in
            var answers = try await engine.attempts(script)
            for name in ["own, by link", "own, hard link", "own, rename"] {
                #expect(answers.removeValue(forKey: name) == "ok", "\(name)")
            }
            #expect(answers.count == 8)
            for (name, answer) in answers { #expect(refusals.contains(answer), "\(name): \(answer)") }
        }
    }

    @Test func programsDoNotRunFromMemoryDirectoriesOfTheSystem() async throws {
        let script = """
            import mmap, shutil, subprocess
            for place in ["/workspace", "/tmp", "/dev/shm"]:
                shutil.copy("/usr/bin/true", place + "/copy")
                attempt(place, lambda: subprocess.run([place + "/copy"], check=True) and None)
                with open(place + "/copy", "rb") as file:
                    attempt("map " + place, lambda: mmap.mmap(
                        file.fileno(), 4096, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_EXEC) and None)
            attempt("/etc", lambda: subprocess.run(["/etc/ssl/openssl.cnf"]) and None)
            """
        try await withEngine(unlike: .ownRoot) { engine in
            let answers = try await engine.attempts(script)
            #expect(answers["/workspace"] == "ok" && answers["map /workspace"] == "ok")
            #expect(answers["/tmp"] == "ok" && answers["map /tmp"] == "ok")
            #expect(answers["/dev/shm"] == "EACCES")
            #expect(["EPERM", "EACCES"].contains(answers["map /dev/shm"]))
            #expect(refusals.contains(answers["/etc"] ?? ""))
        }
    }

    @Test func devicesCannotBeMade() async throws {
        let script = """
            import socket, stat
            for name, kind, device in [("null", stat.S_IFCHR, (1, 3)), ("memory", stat.S_IFCHR, (1, 1)),
                                       ("whiteout", stat.S_IFCHR, (0, 0)), ("disk", stat.S_IFBLK, (254, 0)),
                                       ("pipe", stat.S_IFIFO, (0, 0)), ("socket", stat.S_IFSOCK, (0, 0)),
                                       ("file", stat.S_IFREG, (0, 0))]:
                attempt(name, lambda: os.mknod(name, kind | 0o666, os.makedev(*device)))
            """
        try await withEngine { engine in
            let answers = try await engine.attempts(script)
            for name in ["null", "memory", "whiteout", "disk"] { #expect(answers[name] == "EPERM", "\(name)") }
            for name in ["pipe", "socket", "file"] { #expect(answers[name] == "ok", "\(name)") }
        }
    }
}
