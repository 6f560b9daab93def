import NIOHTTP1

/// Sessions: state that lasts from one command to the next, and nothing that others see.
enum SessionChecks {
    static let all: [SelftestCheck] = [state, apart, refused, ended, terminal]

    private static let state = SelftestCheck("directory, variables and files last in a session") { server in
        try await SelftestSession.with(server) { session in
            let first = try await session.execute(
                "mkdir -p folder && cd folder && export KEPT=value && echo content >file")
            try expect(first.success, "the first command ended with \(first.exitCode ?? -1)")
            let second = try await session.execute("echo \"$KEPT\"; cat file; basename \"$PWD\"")
            try expect(second.stdout == "value\ncontent\nfolder\n", "the second printed “\(second.stdout)”")
            return second.workingDirectory ?? "no directory"
        }
    }

    private static let apart = SelftestCheck("two sessions see nothing of each other") { server in
        try await SelftestSession.with(server) { one in
            try await SelftestSession.with(server) { other in
                let write = "echo secret >own.txt && cat own.txt"
                let written = try await one.execute(write)
                try expect(written.stdout == "secret\n", "the first printed “\(written.stdout)”")
                let found = try await other.execute("ls -A; ls -A /tmp")
                try expect(!found.stdout.contains("own.txt"), "ESCAPED: the other found \(found.stdout)")
                return "one's file is not the other's"
            }
        }
    }

    private static let refused = SelftestCheck("commands of a session are read, too") { server in
        try await SelftestSession.with(server) { session in
            let answer = try await session.execute("s'u'do ls")
            guard !answer.success else { throw SelftestCheck.Failure("sudo ran") }
            let allowed = try await session.execute("echo sudo")
            try expect(allowed.stdout == "sudo\n", "its name alone printed “\(allowed.stdout)”")
            return ServerUnderTest.excerpt(answer.error ?? "refused")
        }
    }

    private static let ended = SelftestCheck("a session that was ended is gone") { server in
        let path = try await SelftestSession.with(server) { session in
            let answer = try await server.get(session.path)
            try expect(answer.status == 200, "one that is there is answered with \(answer.status)")
            return session.path
        }
        let answer = try await server.get(path)
        try expect(answer.status == 404, "answered \(answer.status), not 404")
        return "404"
    }

    private static let terminal = SelftestCheck("a session has a terminal") { server in
        try server.require("terminal")
        return try await SelftestSession.with(server) { session in
            let headers: HTTPHeaders = [
                "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "c2VsZnRlc3Qtc2VsZnRlcw==",
            ]
            let answer = try await server.send(.GET, "\(session.path)/terminal", headers: headers)
            try expect(answer.status == 101, "answered \(answer.status): \(ServerUnderTest.excerpt(answer.text))")
            return "WebSocket"
        }
    }
}
