import Foundation
import Glibc
import Isolation
import LinuxKernel
import Testing

/// The level landlock, where everybody has one user id, one /proc and one root: for each thing that a number or a path
/// could reach, what comes of trying, and of the same with what is the program's own.
///
/// Paths of the host are given with two slashes: a word that begins with /tmp/ would be taken for the sandbox's own.
@Suite(.serialized) struct ConfinedWallTests {
    /// With each version of Landlock that the kernel has, for the walls that must not depend on it.
    static let versions = Array(1...max(1, LandlockSupport.probe().abi))

    // MARK: A neighbour

    private static let neighbour = """
        import signal
        open("canary", "w").write("canary of the neighbour")
        os.mkdir("folder")
        tell(os.getcwd() + " " + str(os.getpid()), "here")
        signal.pause()
        """

    private func address(_ live: LiveProgram) throws -> (path: String, pid: String) {
        let parts = try #require(live.greeting.split(separator: "\t").first).split(separator: " ").map(String.init)
        return (parts[0], parts[1])
    }

    @Test(arguments: versions) func aNeighboursFilesCannotBeReadOrChanged(_ version: Int) async throws {
        let visitor = """
            import shutil
            def tries(name, place):
                file = place + "/canary"
                attempt(name + " read", lambda: open(file).read())
                attempt(name + " write", lambda: open(file, "a").close())
                attempt(name + " truncating open", lambda: open(file, "w").close())
                attempt(name + " truncate", lambda: os.truncate(file, 1))
                attempt(name + " list", lambda: (os.listdir(place), None)[1])
                attempt(name + " make", lambda: open(place + "/new", "w").close())
                attempt(name + " folder", lambda: os.mkdir(place + "/new folder"))
                attempt(name + " fifo", lambda: os.mkfifo(place + "/fifo"))
                attempt(name + " symlink", lambda: os.symlink("x", place + "/link"))
                attempt(name + " mode", lambda: os.chmod(file, 0o600))
                attempt(name + " mode of folder", lambda: os.chmod(place + "/folder", 0o700))
                attempt(name + " times", lambda: os.utime(file, (1, 1)))
                attempt(name + " attribute", lambda: os.setxattr(file, "user.x", b"1"))
                attempt(name + " link out", lambda: os.link(file, "linked from " + name))
                attempt(name + " rename", lambda: os.rename(file, place + "/renamed"))
                attempt(name + " remove", lambda: os.unlink(place + ("/renamed" if name == "own" else "/canary")))
                attempt(name + " remove folder", lambda: os.rmdir(place + "/folder"))
                there = os.open(place, os.O_PATH)
                attempt(name + " by descriptor", lambda: os.close(os.open("new", os.O_RDWR | os.O_CREAT, dir_fd=there)))
            os.mkdir("own"); os.mkdir("own/folder"); open("own/canary", "w").write("mine")
            tries("own", "own")
            tries("other", sys.argv[1])
            """
        try await withEngine(at: .landlock, configure: { $0.maximumLandlock = version }) { engine in
            let live = try await LiveProgram.start(python: Self.neighbour, on: engine)
            let (path, _) = try address(live)
            // It is there, for whoever may.
            #expect(try String(contentsOfFile: path + "/canary", encoding: .utf8) == "canary of the neighbour")
            let answers = try await engine.attempts(visitor, ["/" + path])
            let others = answers.filter { $0.key.hasPrefix("other ") }
            #expect(others.count == 18)
            for (name, answer) in others {
                #expect(["EACCES", "EPERM", "EXDEV", "EOPNOTSUPP", "ENOTSUP"].contains(answer), "\(name): \(answer)")
            }
            var own = answers.filter { $0.key.hasPrefix("own ") }
            #expect(own.removeValue(forKey: "own read") == "mine")
            // Attributes are nobody's. What old versions refuse, they refuse to all.
            #expect(["EOPNOTSUPP", "ENOTSUP"].contains(own.removeValue(forKey: "own attribute")))
            #expect(own.removeValue(forKey: "own truncate") == (version < 3 ? "EPERM" : "ok"))
            #expect(own.removeValue(forKey: "own link out") == (version < 2 ? "EXDEV" : "ok"))
            for (name, answer) in own { #expect(answer == "ok", "\(name)") }
            #expect(try String(contentsOfFile: path + "/canary", encoding: .utf8) == "canary of the neighbour")
            #expect(try await live.end().outcome == .cancelled)
        }
    }

    /// A process by its number: signals, limits, priorities, memory, descriptors.
    private static let reaching = """
        import ctypes, resource, signal
        libc = ctypes.CDLL(None, use_errno=True)
        def call(number, *arguments):
            if libc.syscall(number, *[ctypes.c_long(one) for one in arguments]) < 0:
                raise OSError(ctypes.get_errno(), "")
        page = ctypes.create_string_buffer(4096)
        def reach(name, pid):
            attempt(name + " signal", lambda: os.kill(pid, signal.SIGCONT))
            attempt(name + " look", lambda: os.kill(pid, 0))
            attempt(name + " thread signal", lambda: call(234, pid, pid, signal.SIGCONT))
            attempt(name + " tkill", lambda: call(200, pid, signal.SIGCONT))
            ctypes.memset(page, 0, 4096)
            attempt(name + " limit", lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (512, 512)))
            attempt(name + " limit asked", lambda: (resource.prlimit(pid, resource.RLIMIT_CPU), None)[1])
            attempt(name + " priority", lambda: os.setpriority(os.PRIO_PROCESS, pid, 5))
            attempt(name + " io priority", lambda: call(251, 1, pid, 3 << 13))
            attempt(name + " affinity", lambda: os.sched_setaffinity(pid, os.sched_getaffinity(0)))
            attempt(name + " scheduler", lambda: os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0)))
        def inspect(name, pid):
            attempt(name + " trace", lambda: call(101, 16, pid, 0, 0))
            attempt(name + " seize", lambda: call(101, 0x4206, pid, 0, 0))
            attempt(name + " read memory", lambda: call(310, pid, ctypes.addressof(page), 0, ctypes.addressof(page), 0, 0))
            attempt(name + " pidfd", lambda: os.close(os.pidfd_open(pid)))
            for part in ["environ", "mem", "maps", "cmdline", "status", "stat", "fd", "root", "cwd", "task", "ns/user"]:
                path = f"/proc/{pid}/{part}"
                attempt(f"{name} /proc {part}", lambda: os.close(os.open(path, os.O_RDONLY)))
        """

    private func expectUnreachable(_ name: String, _ answers: Answers, as reachErrors: Set<String> = ["ESRCH"]) {
        for (attempt, answer) in answers where attempt.hasPrefix(name + " ") {
            let expected: Set<String> =
                attempt.contains("/proc") || attempt.contains("trace") || attempt.contains("seize")
                    || attempt.contains("memory")
                ? ["EACCES", "EPERM", "ENOENT", "ESRCH"]
                : attempt.contains("pidfd") ? ["ENOSYS"] : reachErrors
            #expect(expected.contains(answer), "\(attempt): \(answer)")
        }
    }

    @Test(arguments: versions) func aNeighbourCannotBeSignalledSeenOrHeldUp(_ version: Int) async throws {
        let visitor =
            Self.reaching + """

                child = os.fork()
                if child == 0: signal.pause()
                reach("own", child)
                os.kill(child, signal.SIGKILL)
                tell("own end", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                other = int(sys.argv[1])
                reach("other", other)
                inspect("other", other)
                attempt("other kill", lambda: os.kill(other, signal.SIGKILL))
                attempt("other group", lambda: os.killpg(other, signal.SIGKILL))
                attempt("other everybody", lambda: os.kill(-1, signal.SIGKILL))
                """
        try await withEngine(at: .landlock, configure: { $0.maximumLandlock = version }) { engine in
            let live = try await LiveProgram.start(python: Self.neighbour, on: engine)
            let pid = try address(live).pid
            let answers = try await engine.attempts(visitor, [pid])
            for (name, answer) in answers where name.hasPrefix("own ") && name != "own end" {
                #expect(answer == "ok", "\(name)")
            }
            #expect(answers["own end"] == "-9")
            #expect(answers.keys.filter { $0.hasPrefix("other ") }.count == 28)
            expectUnreachable("other", answers)
            // It lives, with the limits that it had.
            let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
            #expect(limits.contains("Max open files            1024"))
            #expect(try await live.end().outcome == .cancelled)
        }
    }

    // MARK: The server

    /// The server, the launcher, its own supervisor and keeper.
    @Test(arguments: versions) func theServerAndItsHelpersCannotBeReached(_ version: Int) async throws {
        let visitor =
            Self.reaching + """

                reach("keeper", os.getppid())
                inspect("keeper", os.getppid())
                for pid in map(int, sys.argv[1:]):
                    reach(f"helper {pid}", pid)
                    inspect(f"helper {pid}", pid)
                for number in range(1, 65):
                    for pid in [os.getppid()] + [int(one) for one in sys.argv[1:]]: answer(lambda: os.kill(pid, number))
                sys.exit(7)
                """
        try await withEngine(at: .landlock, configure: { $0.maximumLandlock = version }) { engine in
            // A keeper has its name when it is sealed.
            #expect(try await eventually { try Family.now().keepers.count == 2 })
            let family = try Family.now()
            #expect(family.launchers.count == 1 && family.supervisors.count == 2)
            let helpers = [getpid()] + family.launchers + family.supervisors
            let result = try await engine.python(visitor, helpers.map { "\($0)" }, limits: patientLimits())
            #expect(result.outcome == .nonzeroExit && result.exitCode == 7, "\(result.text)")
            for pid in helpers { expectUnreachable("helper \(pid)", result.answers) }
            expectUnreachable("keeper", result.answers, as: ["EPERM"])
            // Nobody's limits were changed, and the server works.
            #expect(try await engine.bash("echo alive").text == "alive\n")
        }
    }

    @Test func theServersSecretsAreNotFound() async throws {
        let secret = try HostSecret()
        setenv("SECRET_OF_THE_SERVER", secret.text, 1)
        defer { unsetenv("SECRET_OF_THE_SERVER") }
        #expect(ProcessInfo.processInfo.environment["SECRET_OF_THE_SERVER"] == secret.text)
        let visitor = """
            text = sys.argv[1].encode()
            def search(path):
                try:
                    with open(path, "rb") as file:
                        if text in file.read(1 << 20): tell("found in", path)
                except OSError: pass
            for top in ["/", "/tmp", "/data", "/var", "/root", "/home", "/run", "/dev/shm"]:
                for place, folders, files in os.walk(top):
                    if place == "/": folders[:] = [one for one in folders if one not in ("usr", "proc", "sys")]
                    for name in files: search(os.path.join(place, name))
            for pid in range(1, 40000):
                for part in ["environ", "cmdline", "mem", "fd/3"]: search(f"/proc/{pid}/{part}")
            attempt("secret", lambda: open(sys.argv[2]).read())
            open("mine", "wb").write(text)
            search("mine")
            """
        try await withEngine(at: .landlock) { engine in
            let answers = try await engine.attempts(visitor, [secret.text, "/" + secret.path], limits: patientLimits())
            #expect(answers == ["secret": "EACCES", "found in": "mine"])
        }
    }

    @Test func nothingButItsOwnFoldersCanBeWritten() async throws {
        let secret = try HostSecret()
        let visitor = """
            for place in ["/", "/usr", "/etc", "/var", "/var/tmp", "/run", "/tmp", "/dev/shm", "/dev", "/home", "/root",
                          "/proc/self", os.path.dirname(sys.argv[1]), ".", os.environ["TMPDIR"]]:
                attempt(place, lambda: open(place + "/written", "w").close())
            attempt("append", lambda: open(sys.argv[1], "a").close())
            attempt("remove", lambda: os.unlink(sys.argv[1]))
            attempt("move", lambda: os.rename("written", sys.argv[1]))
            attempt("mode", lambda: os.chmod(sys.argv[1], 0))
            attempt("owner", lambda: os.chown(sys.argv[1], os.getuid(), os.getgid()))
            """
        try await withEngine(at: .landlock) { engine in
            var answers = try await engine.attempts(visitor, ["/" + secret.path])
            #expect(answers.removeValue(forKey: ".") == "ok")
            let own = try #require(answers.first { $0.value == "ok" }?.key)
            #expect(own.hasSuffix("/tmp") && own.count > 4)
            answers[own] = nil
            for (place, answer) in answers {
                #expect(["EACCES", "EPERM", "EROFS", "ENOENT", "EXDEV"].contains(answer), "\(place): \(answer)")
            }
            #expect(try String(contentsOfFile: secret.path, encoding: .utf8) == secret.text)
        }
    }

    /// Whatever way leads to a file: a link, the program's own directory in /proc, a folder that changes meanwhile.
    @Test func modesAndTimesAreChangedOnlyInItsOwnFolders() async throws {
        let secret = try HostSecret()
        let visitor = """
            import threading
            target = sys.argv[1]
            os.symlink(target, "link")
            os.mkdir("a"); open("a/file", "w"); os.symlink(os.path.dirname(target), "b")
            os.link("a/file", "hard")
            attempt("link", lambda: os.chmod("link", 0o777))
            attempt("through a folder", lambda: os.chmod("b/" + os.path.basename(target), 0o777))
            there = os.open(target, os.O_PATH)
            attempt("by path descriptor", lambda: os.chmod(f"/proc/self/fd/{there}", 0o777))
            attempt("fchmod", lambda: os.fchmod(there, 0o777))
            attempt("times of link", lambda: os.utime("link", (5, 5)))
            attempt("times", lambda: os.utime(target, (5, 5)))
            attempt("own", lambda: os.chmod("a/file", 0o751))
            attempt("own by descriptor", lambda: os.fchmod(os.open("a/file", os.O_RDONLY), 0o750))
            attempt("own times", lambda: os.utime("a/file", (5, 6)))
            attempt("own link's times", lambda: os.utime("link", (5, 6), follow_symlinks=False))
            tell("mode", oct(os.stat("hard").st_mode & 0o7777) + " " + str(os.stat("hard").st_mtime))
            # A name that is changed while it is looked at.
            os.mkdir("race"); open("race/" + os.path.basename(target), "w").close()
            over = False
            def swap():
                while not over:
                    os.rename("race", "away"); os.symlink(os.path.dirname(target), "race")
                    os.unlink("race"); os.rename("away", "race")
            swapper = threading.Thread(target=swap, daemon=True); swapper.start()
            for _ in range(2000): answer(lambda: os.chmod("race/" + os.path.basename(target), 0o777))
            over = True; swapper.join()
            tell("race", "over")
            """
        try await withEngine(at: .landlock) { engine in
            let before = try FileManager.default.attributesOfItem(atPath: secret.path)
            let result = try await engine.python(visitor, ["/" + secret.path], limits: patientLimits())
            let answers = result.answers
            for name in ["link", "through a folder", "by path descriptor", "fchmod", "times of link", "times"] {
                #expect(["EPERM", "EACCES", "EBADF", "ELOOP"].contains(answers[name]), "\(name)")
            }
            for name in ["own", "own by descriptor", "own times", "own link's times"] {
                #expect(answers[name] == "ok", "\(name)")
            }
            #expect(answers["mode"] == "0o750 6.0")
            #expect(answers["race"] == "over", "\(result.text)")
            let after = try FileManager.default.attributesOfItem(atPath: secret.path)
            #expect(after[.posixPermissions] as? Int == before[.posixPermissions] as? Int)
            #expect(after[.modificationDate] as? Date == before[.modificationDate] as? Date)
        }
    }

    @Test func thereIsNoSocketButPairs() async throws {
        let visitor = """
            import socket
            kinds = {"tcp": (socket.AF_INET, socket.SOCK_STREAM), "udp": (socket.AF_INET, socket.SOCK_DGRAM),
                     "tcp6": (socket.AF_INET6, socket.SOCK_STREAM), "unix": (socket.AF_UNIX, socket.SOCK_STREAM),
                     "unix datagram": (socket.AF_UNIX, socket.SOCK_DGRAM), "netlink": (16, 3), "packet": (17, 3)}
            for name, (family, kind) in kinds.items(): attempt(name, lambda: socket.socket(family, kind).close())
            attempt("datagram pair", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
            one, other = socket.socketpair()
            attempt("bind", lambda: one.bind("\\0name"))
            attempt("listen", lambda: one.listen())
            attempt("connect", lambda: one.connect("\\0name"))
            one.sendall(b"hello")
            tell("pair", other.recv(5).decode())
            """
        try await withEngine(at: .landlock) { engine in
            var answers = try await engine.attempts(visitor)
            #expect(answers.removeValue(forKey: "pair") == "hello")
            #expect(answers.count == 11)
            for (name, answer) in answers { #expect(["EACCES", "EPERM", "EAFNOSUPPORT"].contains(answer), "\(name)") }
        }
    }

    @Test func namesOfSharedMemoryAreNobodys() async throws {
        let visitor = """
            import ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            def get(call, *arguments):
                if call(*arguments) < 0: raise OSError(ctypes.get_errno(), "")
            attempt("shm", lambda: get(libc.shmget, 5, 4096, 0o1666))
            attempt("sem", lambda: get(libc.semget, 5, 1, 0o1666))
            attempt("msg", lambda: get(libc.msgget, 5, 0o1666))
            attempt("mq", lambda: get(libc.mq_open, b"/name", os.O_CREAT | os.O_RDWR, 0o600, None))
            attempt("posix", lambda: open("/dev/shm/name", "w"))
            import mmap
            memory = mmap.mmap(-1, 4096)
            if os.fork() == 0: memory[0:4] = b"mine"; os._exit(0)
            os.wait()
            tell("own", memory[0:4].decode())
            """
        try await withEngine(at: .landlock) { engine in
            let answers = try await engine.attempts(visitor)
            #expect(
                answers == [
                    "shm": "ENOSYS", "sem": "ENOSYS", "msg": "ENOSYS", "mq": "ENOSYS", "posix": "EACCES", "own": "mine",
                ])
        }
    }
}
