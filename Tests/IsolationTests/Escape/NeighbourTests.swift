import Isolation
import Testing

/// Two sandboxes that live at the same time share nothing that either can see.
@Suite(.serialized) struct NeighbourTests {
    @Test func neighboursCannotConnectToEachOther() async throws {
        let server = """
            import select, socket
            stream = socket.create_server(("127.0.0.1", 0))
            datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            datagram.bind(("127.0.0.1", stream.getsockname()[1]))
            abstract, local = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
            abstract.bind("\\0meeting")
            local.bind("/tmp/meeting")
            for one in [abstract, local]: one.listen()
            tell(stream.getsockname()[1], "listening")
            select.select([stream, datagram, abstract, local], [], [])
            tell("visited", "yes")
            """
        let visitor = """
            import socket
            port = int(sys.argv[1])
            def connect(family, address):
                with socket.socket(family) as client: client.connect(address)
            def datagram():
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                    client.connect(("127.0.0.1", port))
                    client.send(b"x")
                    client.recv(1)
            attempt("stream", lambda: connect(socket.AF_INET, ("127.0.0.1", port)))
            attempt("datagram", datagram)
            attempt("abstract", lambda: connect(socket.AF_UNIX, "\\0meeting"))
            attempt("local", lambda: connect(socket.AF_UNIX, "/tmp/meeting"))
            mine = socket.create_server(("127.0.0.1", port))
            attempt("own", lambda: connect(socket.AF_INET, ("127.0.0.1", port)))
            """
        try await withEngine(unlike: .ownNetwork) { engine in
            let live = try await LiveProgram.start(python: server, on: engine)
            let port = String(try #require(live.greeting.split(separator: "\t").first))
            let answers = try await engine.attempts(visitor, [port])
            #expect(
                answers == [
                    "stream": "ECONNREFUSED", "datagram": "ECONNREFUSED", "abstract": "ECONNREFUSED", "local": "ENOENT",
                    "own": "ok",
                ])
            let end = try await live.end()
            #expect(end.outcome == .cancelled)
            #expect(end.answers["visited"] == nil)
        }
    }

    @Test func filesAndSharedMemoryOfOneAreNotThereForTheOther() async throws {
        let module = """
            import ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            KEY = 0x5EED
            """
        let owner =
            module + """

                libc.shmget(KEY, 4096, 0o1666); libc.semget(KEY, 1, 0o1666); libc.msgget(KEY, 0o1666)
                for place in ["/workspace", "/tmp", "/dev/shm"]: open(place + "/left", "w").write("mine")
                tell("ready", "yes")
                import signal; signal.pause()
                """
        let visitor =
            module + """

                def get(call, *arguments):
                    if call(KEY, *arguments) < 0: raise OSError(ctypes.get_errno(), "")
                attempt("shared memory", lambda: get(libc.shmget, 0, 0))
                attempt("semaphore", lambda: get(libc.semget, 0, 0))
                attempt("messages", lambda: get(libc.msgget, 0))
                for place in ["/workspace", "/tmp", "/dev/shm"]: attempt(place, lambda: open(place + "/left"))
                attempt("own", lambda: (get(libc.shmget, 4096, 0o1666), get(libc.shmget, 0, 0))[0])
                """
        try await withEngine(unlike: .ownIPC, .ownRoot) { engine in
            let live = try await LiveProgram.start(python: owner, on: engine)
            var answers = try await engine.attempts(visitor)
            #expect(answers.removeValue(forKey: "own") == "ok")
            #expect(answers.count == 6)
            for (name, answer) in answers { #expect(answer == "ENOENT", "\(name)") }
            #expect(try await live.end().outcome == .cancelled)
        }
    }

    /// Each has a user of its own on the host, so that limits that the kernel keeps for each user are not shared.
    @Test func neighboursAreDifferentUsersOfTheHost() async throws {
        let script = "tell(open('/proc/self/uid_map').read().split()[1], 'user'); import signal; signal.pause()"
        try await withEngine(unlike: .ownUser) { engine in
            let first = try await LiveProgram.start(python: script, on: engine)
            let second = try await LiveProgram.start(python: script, on: engine)
            #expect(first.greeting != second.greeting)
            for live in [first, second] { #expect(try await live.end().outcome == .cancelled) }
        }
    }
}
