/// Programs that want out of their sandbox, each with what it may do instead.
///
/// A program is the same for both: where it goes stands in its input, which no analysis reads. So the wall that stops it
/// is the kernel's, and that the twin works shows that the program is one that works.
enum EscapeChecks {
    static let all: [SelftestCheck] = reading + writing + [connecting] + calling + [environment, neighbour, leftovers]

    private static let reads = """
        read -r place
        if cat -- "$place" >content 2>/dev/null && [ -s content ]; then echo worked; else echo refused; fi
        """
    private static let writes = """
        read -r place
        if (echo x >"$place") 2>/dev/null; then echo worked; else echo refused; fi
        """
    private static let connects = """
        read -r place
        if (exec 3<>"$place") 2>/dev/null; then echo worked; else echo refused; fi
        """

    /// Has the program try something that must be refused, then something that must work.
    private static func attempt(
        _ name: String, code: String, language: String = "bash", forbidden: String, allowed: String,
        files: [SelftestRun.File] = []
    ) -> SelftestCheck {
        SelftestCheck(name) { server in
            try server.require(language: language)
            func result(_ input: String) async throws -> String {
                let run = SelftestRun(
                    code: code, language: language, stdin: "\(input)\n", files: files, policy: server.reportingPolicy)
                let answer = try await server.run(run)
                if answer.status == "blocked" {
                    throw SelftestCheck.NotAvailable("this server's policy refuses the try before it runs")
                }
                try expect(answer.status == "ok", "the program ended as \(ServerUnderTest.excerpt(answer.fate))")
                return (answer.stdout ?? "").split(separator: "\n").joined(separator: " ")
            }
            let twin = try await result(allowed)
            try expect(twin.hasPrefix("worked"), "its twin did not work, so nothing is shown: \(allowed): \(twin)")
            let found = try await result(forbidden)
            try expect(found.hasPrefix("refused"), "ESCAPED: \(forbidden): \(ServerUnderTest.excerpt(found))")
            return "\(found); its twin worked"
        }
    }

    // MARK: Files

    private static let reading = [
        "/etc/shadow", "/proc/1/environ", "/proc/1/root/etc/hostname", "/dev/mem", "/var/log/dpkg.log",
        "/var/lib/sandmartin/sandmartin.sqlite", "/sys/class/net/eth0/address", "/root/.bashrc",
    ].map { path in
        attempt(
            "\(path) is not read", code: reads, forbidden: path, allowed: "own.txt",
            files: [.init(path: "own.txt", content: "its own")])
    }

    private static let writing = [
        "/usr/bin/selftest", "/etc/selftest", "/selftest", "/proc/sys/kernel/core_pattern", "/dev/kmsg",
        "/sys/fs/cgroup/cgroup.procs",
    ].map { path in attempt("\(path) is not written", code: writes, forbidden: path, allowed: "own.txt") }

    // MARK: Network

    /// The twin is this check itself, which reaches the same address from outside.
    private static let connecting = SelftestCheck("the server is not reached from inside") { server in
        let address = server.http.address
        _ = try await server.get("/health")
        for host in Set([address.host, "127.0.0.1"]).sorted() {
            let run = SelftestRun(
                code: connects, stdin: "/dev/tcp/\(host)/\(address.port)\n", policy: server.reportingPolicy)
            let answer = try await server.run(run)
            if answer.status == "blocked" {
                throw SelftestCheck.NotAvailable("this server's policy refuses the try before it runs")
            }
            try expect(answer.status == "ok", "the program ended as \(ServerUnderTest.excerpt(answer.fate))")
            try expect(answer.stdout == "refused\n", "ESCAPED: it connected to \(host):\(address.port)")
        }
        return "refused; from outside it answers"
    }

    // MARK: System calls

    /// Calls a function of libc by its name with whole numbers, and says whether it worked.
    private static let calls = """
        import ctypes
        name, *numbers = input().split()
        libc = ctypes.CDLL(None, use_errno=True)
        result = libc[name](*(ctypes.c_long(int(number)) for number in numbers))
        print("worked" if result >= 0 else f"refused with error {ctypes.get_errno()}")
        """

    private static let calling = [
        ("a user namespace", "unshare \(0x1000_0000)"), ("a mount namespace", "unshare \(0x2_0000)"),
        ("all privileges by set-user-id", "setuid 0"), ("a packet socket", "socket 17 3 768"),
        ("a better priority than others", "setpriority 0 0 -5"),
    ].map { what, call in
        attempt("\(what) is not had", code: calls, language: "python", forbidden: call, allowed: "setpriority 0 0 5")
    }

    // MARK: Others

    /// Whatever it can read of the environments of processes, which must hold what the caller gave and nothing of the
    /// server's.
    private static let environment = SelftestCheck("the server's environment is not seen") { server in
        let code = """
            read -r pattern
            cat $pattern 2>/dev/null | tr '\\0' '\\n'
            env
            """
        let run = SelftestRun(
            code: code, stdin: "/proc/[0-9]*/environ\n", env: ["SELFTEST_OWN": "visible"],
            policy: server.reportingPolicy)
        let answer = try await server.run(run)
        if answer.status == "blocked" {
            throw SelftestCheck.NotAvailable("this server's policy refuses the try before it runs")
        }
        let found = answer.stdout ?? ""
        try expect(found.contains("SELFTEST_OWN=visible"), "its own environment is not there: \(answer.fate)")
        for secret in ["API_KEY=", "DATA_DIR=", server.key].compactMap(\.self) {
            try expect(!found.contains(secret), "ESCAPED: it found what the server alone knows")
        }
        return "the caller's variable is there, the server's are not"
    }

    private static let neighbour = SelftestCheck("two programs do not see each other") { server in
        let secret = "selftest-" + String(UInt64.random(in: 0 ... .max), radix: 16)
        // Holds the secret in files and in a process's arguments while the other looks, then says that it is all there.
        let holds = """
            read -r secret
            echo "$secret" >"$secret"; echo "$secret" >"$TMPDIR/$secret"
            (exec -a "$secret" sleep 5) &
            wait
            cat "$secret" "$TMPDIR/$secret"
            """
        let looks = """
            read -r secret
            for _ in 1 2 3 4 5 6 7 8 9 10; do
                for file in "$TMPDIR/$secret" "$secret" "/workspace/$secret"; do [ -e "$file" ] && echo "found $file"; done
                for process in /proc/[0-9]*; do
                    [ -r "$process/cmdline" ] && grep -qa "^$secret" "$process/cmdline" && echo "found $process"
                done
                sleep 0.1
            done 2>/dev/null
            echo done
            """
        func body(_ code: String, async: Bool?) throws -> String {
            try ServerUnderTest.json(
                SelftestRun(
                    code: code, stdin: "\(secret)\n", timeout: 10, policy: server.reportingPolicy, async: async))
        }
        let holder = try server.read(
            try await server.post("/execute", json: try body(holds, async: true)), status: 202,
            as: SelftestRunAnswer.self)
        let looker = try server.read(
            try await server.post("/execute", json: try body(looks, async: nil)), as: SelftestRunAnswer.self)
        let meanwhile = try server.read(
            try await server.get("/api/v1/runs/\(holder.executionId)"), as: SelftestRunAnswer.self)
        let end = try server.read(
            try await server.get("/api/v1/runs/\(holder.executionId)?wait_ms=20000"), as: SelftestRunAnswer.self)
        if [looker.status, end.status].contains("blocked") {
            throw SelftestCheck.NotAvailable("this server's policy refuses the try before it runs")
        }
        try expect(end.stdout == "\(secret)\n\(secret)\n", "the one that holds ended as \(end.fate)")
        guard meanwhile.status == "running" else {
            throw SelftestCheck.NotAvailable("the server ran one after the other")
        }
        try expect(looker.stdout == "done\n", "ESCAPED: \(ServerUnderTest.excerpt(looker.stdout ?? looker.fate))")
        return "one holds files and a process, and the other finds nothing"
    }

    private static let leftovers = SelftestCheck("a program leaves nothing for the next") { server in
        let code = "ls -A . $TMPDIR | grep left; touch left.txt $TMPDIR/left.txt; ls -A $TMPDIR | grep left"
        for _ in 1...3 { _ = try await server.run(SelftestRun(code: code), printing: "left.txt\n") }
        return "three runs, and each finds only its own"
    }
}
