import Isolation
import Testing

/// Every run finds a sandbox as if nobody had been there before, also in a slot that was used.
@Suite(.serialized) struct LeftoverTests {
    /// One slot, so that all runs get the same user, cgroup and network namespace.
    @Test func aSlotIsLikeNewAfterAnyProgram() async throws {
        try await withEngine(poolSize: 1, unlike: .ownProc, .ownIPC, configure: { $0.maximumSandboxes = 1 }) { engine in
            let limits = patientLimits()
            let fresh = try await engine.attempts(fingerprintProgram, limits: limits)
            let spoiled = try await engine.attempts(spoilingProgram + fingerprintProgram, limits: limits)
            let next = try await engine.attempts(fingerprintProgram, limits: limits)
            // What the program did was there to be found.
            for name in spoiledNames { #expect(spoiled[name] != fresh[name], "\(name)") }
            #expect(Set(fresh.keys) == Set(next.keys))
            for (name, value) in fresh { #expect(next[name] == value, "\(name)") }
        }
    }

    /// A namespace over which packets went is not given to the next sandbox.
    @Test func portsAndCountersOfTheLastNetworkAreGone() async throws {
        let script = """
            import socket
            def traffic(): return open("/proc/net/dev").read().split("lo:")[1].split()[0]
            tell("before", traffic())
            server = socket.create_server(("127.0.0.1", 40000), reuse_port=False)
            client = socket.create_connection(("127.0.0.1", 40000))
            peer = server.accept()[0]
            client.sendall(b"x" * 1000)
            peer.recv(2000)
            for one in [peer, client, server]: one.close()
            tell("after", traffic())
            tell("waiting", sum(" 06 " in line for line in open("/proc/net/tcp")))
            """
        try await withEngine(poolSize: 1, unlike: .ownNetwork, configure: { $0.maximumSandboxes = 1 }) { engine in
            for _ in 0..<3 {
                let answers = try await engine.attempts(script)
                #expect(answers["before"] == "0")
                #expect(answers["after"] != "0")
                #expect(answers["waiting"] == "1")
            }
        }
    }

    /// What is refused before it becomes a packet is counted too, and a look at a route is remembered.
    @Test func countersThatNoPacketRaisedAreGone() async throws {
        let script = """
            import socket
            def read(name): return " ".join(open("/proc/net/" + name).read().split())
            def look(when):
                for name in ["dev", "snmp", "snmp6", "netstat", "rt6_stats", "ipv6_route", "ip6_flowlabel", "igmp", "igmp6"]:
                    tell(when + " " + name, read(name))
                tell(when + " network", os.readlink("/proc/self/ns/net"))
            look("before")
            if sys.argv[1] == "use":
                for family, there in [(socket.AF_INET, "10.0.0.1"), (socket.AF_INET6, "2001:db8::1")]:
                    answer(lambda: socket.socket(family, socket.SOCK_DGRAM).sendto(b"x", (there, 9)))
                    answer(lambda: socket.socket(family, socket.SOCK_STREAM).connect((there, 9)))
                socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(("::1", 9))
            look("after")
            """
        try await withEngine(poolSize: 1, unlike: .ownNetwork, configure: { $0.maximumSandboxes = 1 }) { engine in
            let used = try await engine.attempts(script, ["use"])
            #expect(used["after dev"] == used["before dev"])
            for name in ["snmp", "snmp6", "rt6_stats"] { #expect(used["after \(name)"] != used["before \(name)"]) }
            let next = try await engine.attempts(script, ["rest"])
            #expect(next["before network"] != used["before network"])
            for (name, value) in used where name.hasPrefix("before") && name != "before network" {
                #expect(next[name] == value, "\(name)")
            }
            // The twin: a network that nothing happened in is kept.
            let last = try await engine.attempts(script, ["rest"])
            #expect(last["before network"] == next["before network"])
        }
    }

    private let spoiledNames = [
        "files", "shared memory", "semaphores", "messages", "unix sockets", "tcp", "traffic", "environment", "umask",
        "nice", "processes", "limits", "directory", "signals", "disk", "name",
    ]
}

/// Changes everything that a program may change, and leaves a process behind that holds on to it.
private let spoilingProgram = """
    import ctypes, fcntl, resource, signal, socket
    libc = ctypes.CDLL(None, use_errno=True)
    os.environ["LEFT"] = "1"
    os.umask(0o777 & ~0o700)
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    libc.prctl(15, b"left", 0, 0, 0)
    libc.shmat(libc.shmget(0x5EED, 4096, 0o1666), None, 0)
    libc.semget(0x5EED, 1, 0o1666)
    libc.msgget(0x5EED, 0o1666)
    for place in ["/workspace", "/tmp", "/dev/shm"]:
        os.mkdir(place + "/left")
        open(place + "/left/file", "wb").write(b"x" * 100000)
        os.chmod(place + "/left", 0)
        open(os.fsencode(place) + bytes([47, 255, 10, 27]), "w").close()
    stream = socket.create_server(("127.0.0.1", 40001))
    client = socket.create_connection(("127.0.0.1", 40001))
    client.send(b"x")
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind("\\0left")
    abstract.listen()
    lock = open("/usr/bin/env")
    fcntl.flock(lock, fcntl.LOCK_SH)
    stray = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for port in range(1, 50): answer(lambda: stray.sendto(b"x", ("10.0.0.1", port)))
    for action in [lambda: os.link("/usr/bin/env", "/usr/bin/env2"), lambda: os.kill(1, 9)]: answer(action)
    if os.fork() == 0:
        os.setsid()
        if os.fork() != 0: os._exit(0)
        for number in (0, 1, 2): os.close(number)
        signal.pause()
    os.chdir("/tmp")

    """

/// Tells all that a program can see of what was there before it.
private let fingerprintProgram = """
    import resource, socket, stat, time
    def walk(top):
        found = []
        for place, folders, files in os.walk(os.fsencode(top)):
            found += [os.path.join(place, name) for name in folders + files]
        return found
    def lines(path): return open(path).read().count("\\n")
    def status(*names):
        fields = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
        return [fields[name].strip() for name in names]
    own = {b"/workspace/attempt.py", b"/workspace/program.py"}
    tell("files", sorted(set(walk("/workspace") + walk("/tmp") + walk("/dev/shm") + walk("/var/tmp")) - own))
    tell("shared memory", lines("/proc/sysvipc/shm"))
    tell("semaphores", lines("/proc/sysvipc/sem"))
    tell("messages", lines("/proc/sysvipc/msg"))
    tell("unix sockets", sorted(line.split()[7] for line in open("/proc/net/unix").readlines()[1:] if len(line.split()) > 7))
    for name in ["tcp", "tcp6", "udp", "udp6", "raw", "netlink", "sockstat"]: tell(name, lines("/proc/net/" + name))
    tell("traffic", open("/proc/net/dev").read().split("lo:")[1].split())
    for name in ["snmp", "netstat", "snmp6"]: tell(name, open("/proc/net/" + name).read().split())
    tell("environment", sorted(os.environ))
    tell("umask", os.umask(0))
    tell("nice", os.nice(0))
    tell("processes", len([name for name in os.listdir("/proc") if name.isdigit()]))
    tell("first number", os.getpid() < 10)
    tell("limits", [resource.getrlimit(number) for number in range(16)])
    tell("directory", os.getcwd())
    tell("signals", status("SigBlk", "SigIgn", "SigPnd", "ShdPnd"))
    tell("identity", status("Uid", "Gid", "Groups", "CapEff", "Seccomp", "Seccomp_filters", "NoNewPrivs"))
    tell("name", open("/proc/self/comm").read().strip())
    tell("host name", socket.gethostname())
    tell("affinity", sorted(os.sched_getaffinity(0)))
    tell("policy", os.sched_getscheduler(0))
    tell("adjustment", open("/proc/self/oom_score_adj").read().strip())
    tell("mounts", sorted(line.split()[4] for line in open("/proc/self/mountinfo")))
    tell("memory", open("/proc/meminfo").read().split())
    space = os.statvfs("/workspace")
    tell("disk", (space.f_blocks - space.f_bfree, space.f_files - space.f_ffree))
    tell("group", os.getpgrp() == os.getsid(0) == os.getpid())
    """
