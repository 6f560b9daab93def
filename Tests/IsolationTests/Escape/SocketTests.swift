import Isolation
import Testing

/// Sockets reach a sandbox's own loopback and nothing else.
@Suite(.serialized) struct SocketTests {
    /// Every family of Linux with every type, and the protocols behind the common ones.
    @Test func onlyLocalAndInternetSocketsCanBeMade() async throws {
        let script = """
            import ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            def make(call, *arguments):
                result = call(*arguments)
                if result < 0: return errno.errorcode.get(ctypes.get_errno(), "?")
                os.close(result)
                return "ok"
            for family in range(64):
                for kind in [1, 2, 3, 4, 5, 6, 10]:
                    tell(f"{family} {kind}", make(libc.socket, family, kind | 0o2004000, 0))
            for family in [2, 10]:
                for kind, protocol in [(1, 6), (1, 132), (1, 262), (2, 17), (2, 1), (2, 58), (2, 136), (3, 255), (6, 33)]:
                    tell(f"{family} {kind} {protocol}", make(libc.socket, family, kind, protocol))
            for protocol in range(1, 23):
                tell(f"16 3 {protocol}", make(libc.socket, 16, 3, protocol))
            ends = (ctypes.c_int * 2)()
            for family in [1, 2, 10, 16, 30, 40]:
                tell(f"pair {family}", make(lambda: libc.socketpair(family, 1, 0, ends)))
            """
        let allowed: Set = [
            "1 1", "1 2", "1 5", "2 1", "2 2", "10 1", "10 2", "16 2", "16 3", "2 1 6", "2 2 17", "10 1 6", "10 2 17",
            "pair 1",
        ]
        let expectedErrors: Set = ["EAFNOSUPPORT", "EPROTONOSUPPORT", "EPERM"]
        try await withEngine(unlike: .ownNetwork) { engine in
            let answers = try await engine.attempts(script)
            #expect(answers.count == 494)
            #expect(Set(answers.filter { $0.value == "ok" }.keys) == allowed)
            for (name, answer) in answers where answer != "ok" {
                #expect(expectedErrors.contains(answer), "\(name): \(answer)")
            }
        }
    }

    @Test func ownLoopbackWorks() async throws {
        let script = """
            import socket, threading
            def echo(family, address):
                with socket.socket(family, socket.SOCK_STREAM) as server, socket.socket(family, socket.SOCK_STREAM) as client:
                    server.bind((address, 0))
                    server.listen()
                    client.connect(server.getsockname()[:2])
                    peer = server.accept()[0]
                    client.sendall(b"hello")
                    return peer.recv(5).decode()
            def datagram(address):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
                    server.bind((address, 0))
                    server.sendto(b"hello", server.getsockname())
                    return server.recv(5).decode()
            attempt("tcp", lambda: echo(socket.AF_INET, "127.0.0.1"))
            attempt("udp", lambda: datagram("127.0.0.1"))
            attempt("name", lambda: socket.gethostbyname("localhost"))
            tell("interfaces", [name for _, name in socket.if_nameindex()])
            tell("routes", len(open("/proc/net/route").readlines()) - 1)
            """
        try await withEngine(unlike: .ownNetwork) { engine in
            let answers = try await engine.attempts(script)
            #expect(
                answers == [
                    "tcp": "hello", "udp": "hello", "name": "127.0.0.1", "interfaces": "['lo']", "routes": "0",
                ])
        }
    }

    @Test func listenersOfTheHostAreOutOfReach() async throws {
        let stream = try HostListener(.internet)
        let abstract = try HostListener(.abstract)
        let script = """
            import socket
            port, name = int(sys.argv[1]), sys.argv[2]
            def connect(family, address):
                with socket.socket(family, socket.SOCK_STREAM) as client:
                    client.settimeout(5)
                    client.connect(address)
            attempt("host's loopback", lambda: connect(socket.AF_INET, ("127.0.0.1", port)))
            attempt("any address", lambda: connect(socket.AF_INET, ("0.0.0.0", port)))
            attempt("mapped", lambda: connect(socket.AF_INET6, ("::ffff:127.0.0.1", port)))
            attempt("abstract", lambda: connect(socket.AF_UNIX, "\\0" + name))
            mine = socket.create_server(("127.0.0.1", 0))
            attempt("own loopback", lambda: connect(socket.AF_INET, mine.getsockname()))
            local = socket.socket(socket.AF_UNIX)
            local.bind("\\0" + name)
            local.listen()
            attempt("own abstract", lambda: connect(socket.AF_UNIX, "\\0" + name))
            """
        try await withEngine(unlike: .ownNetwork) { engine in
            let answers = try await engine.attempts(script, ["\(stream.port)", abstract.name])
            for name in ["host's loopback", "any address", "mapped", "abstract"] {
                #expect(answers[name] == "ECONNREFUSED", "\(name)")
            }
            #expect(answers["own loopback"] == "ok" && answers["own abstract"] == "ok")
            #expect(!stream.hasVisitor && !abstract.hasVisitor)
            // The listeners do listen: this process reaches them.
            #expect(stream.acceptsConnections() && abstract.acceptsConnections())
        }
    }

    @Test func noOtherAddressIsReachable() async throws {
        let script = """
            import socket
            def send(family, kind, address):
                with socket.socket(family, kind) as client:
                    client.settimeout(5)
                    if kind == socket.SOCK_DGRAM: client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                    client.connect(address)
                    client.send(b"x")
            for address in ["169.254.169.254", "169.254.170.2", "10.0.0.1", "172.17.0.1", "192.168.0.1", "8.8.8.8",
                            "100.64.0.1", "224.0.0.1", "255.255.255.255"]:
                attempt(address, lambda: send(socket.AF_INET, socket.SOCK_STREAM, (address, 80)))
                attempt("udp " + address, lambda: send(socket.AF_INET, socket.SOCK_DGRAM, (address, 53)))
            for address in ["fd00:ec2::254", "2001:4860:4860::8888", "fe80::1", "ff02::1"]:
                attempt(address, lambda: send(socket.AF_INET6, socket.SOCK_STREAM, (address, 80, 0, 0)))
            try: socket.getaddrinfo("example.com", 80)
            except socket.gaierror: tell("names", "gaierror")
            """
        try await withEngine(unlike: .ownNetwork) { engine in
            var answers = try await engine.attempts(script)
            #expect(answers.removeValue(forKey: "names") == "gaierror")
            #expect(answers.count == 22)
            for (address, answer) in answers {
                #expect(["ENETUNREACH", "EADDRNOTAVAIL", "EINVAL"].contains(answer), "\(address): \(answer)")
            }
        }
    }

    /// What would go on in the network after its socket was closed is refused; what belongs to the socket is not.
    @Test func noSocketLeavesAnythingInTheNetwork() async throws {
        let script = """
            import socket, struct
            plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            wide = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            four = socket.inet_aton("224.1.1.1") + socket.inet_aton("127.0.0.1")
            six = socket.inet_pton(socket.AF_INET6, "ff02::99") + struct.pack("=I", 1)
            group = struct.pack("=I4xHH4s", 1, socket.AF_INET, 0, socket.inet_aton("224.1.1.1")).ljust(136, b"\\0")
            label = socket.inet_pton(socket.AF_INET6, "::1") + struct.pack("=IBBHHHI", 1, 0, 1, 1, 30, 30, 0)
            attempt("group", lambda: plain.setsockopt(0, 35, four))
            attempt("group of a kind", lambda: plain.setsockopt(0, 42, group))
            attempt("wide group", lambda: wide.setsockopt(41, 20, six))
            attempt("label", lambda: wide.setsockopt(41, 32, label))
            attempt("reuse", lambda: plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1))
            attempt("time to live", lambda: plain.setsockopt(0, socket.IP_MULTICAST_TTL, 2))
            attempt("only wide", lambda: wide.setsockopt(41, socket.IPV6_V6ONLY, 1))
            """
        try await withEngine(unlike: .ownNetwork) { engine in
            let answers = try await engine.attempts(script)
            let expected = [
                "group": "ENODEV", "group of a kind": "ENODEV", "wide group": "ENODEV", "label": "ENOPROTOOPT",
                "reuse": "ok", "time to live": "ok", "only wide": "ok",
            ]
            #expect(answers == expected)
        }
    }

    /// Reading addresses and routes works, as getifaddrs(3) needs; changing them does not.
    @Test func theNetworkCannotBeChanged() async throws {
        let script = """
            import fcntl, socket, struct
            def request(kind, flags, payload):
                with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as route:
                    route.settimeout(5)
                    route.sendto(struct.pack("=IHHII", 16 + len(payload), kind, flags, 1, 0) + payload, (0, 0))
                    data = route.recv(65536)
                    if struct.unpack_from("=H", data, 4)[0] == 2:
                        code = -struct.unpack_from("=i", data, 16)[0]
                        if code: raise OSError(code, "")
            interface = struct.pack("=BxHiII", 0, 0, 1, 0, 1)
            address = struct.pack("=BBBBI", 2, 8, 0, 0, 1) + struct.pack("=HH4s", 8, 2, bytes([10, 0, 0, 1]))
            attempt("list interfaces", lambda: request(18, 0x301, struct.pack("=B", 0)))
            attempt("interface down", lambda: request(16, 5, interface))
            attempt("new interface", lambda: request(16, 0x605, struct.pack("=BxHiII", 0, 0, 0, 0, 0)))
            attempt("new address", lambda: request(20, 0x605, address))
            plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            attempt("interface by ioctl", lambda: fcntl.ioctl(plain, 0x8914, struct.pack("16sh22x", b"lo", 0)) and None)
            attempt("promiscuous", lambda: plain.setsockopt(socket.SOL_SOCKET, 25, b"lo\\0") or plain.setsockopt(0, 19, 1))
            """
        try await withEngine(unlike: .ownNetwork) { engine in
            let answers = try await engine.attempts(script)
            #expect(answers["list interfaces"] == "ok")
            for name in ["interface down", "new interface", "new address", "interface by ioctl", "promiscuous"] {
                #expect(answers[name] == "EPERM", "\(name)")
            }
        }
    }
}
