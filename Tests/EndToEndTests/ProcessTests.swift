import Foundation
import Testing

/// Background commands of sessions.
@Suite(.server(["POLICY": "permissive"]), .timeLimit(.minutes(5))) struct ProcessTests {
    private func withSession(_ body: (SessionClient) async throws -> Void) async throws {
        try await SessionClient.with(try ServerProcess.current.api) { try await body($0) }
    }

    @Test func outputIsThereWhileItRunsAndAfterwards() async throws {
        try await withSession { session in
            let pid = try await session.start(
                "for i in 1 2 3; do echo line $i; done; until [ -e go ]; do sleep 0.01; done; echo ä")
            let running = try await session.processes().first { $0.pid == pid }
            #expect(running?.status == "running" && running?.command.hasPrefix("for i") == true)
            try await eventually("the lines are there") {
                let part: ProcessOutputAnswer = try await session.api
                    .get("\(session.path)/processes/\(pid)/output?wait_ms=1000").decoded()
                return part.output == "line 1\nline 2\nline 3\n" && !part.complete
            }
            _ = try await session.run("touch go")
            #expect(try await session.output(of: pid) == "line 1\nline 2\nline 3\nä\n")
            #expect(try await session.output(of: pid, limit: 5) == "line 1\nline 2\nline 3\nä\n")
            let ended = try await session.process(pid)
            #expect(ended.status == "ok" && ended.exitCode == 0 && ended.state == "ended")
        }
    }

    @Test func inputIsWrittenToIt() async throws {
        try await withSession { session in
            let pid = try await session.start("read line; echo got $line; cat; echo end")
            let path = "\(session.path)/processes/\(pid)/stdin"
            #expect(try await session.api.post(path, body: #"{"data": "one\n"}"#).status == 200)
            #expect(
                try await session.api.post(path, body: #"{"data": "dHdvCg==", "encoding": "base64"}"#).status == 200)
            #expect(try await session.api.post(path, body: #"{"close": true}"#).status == 200)
            #expect(try await session.output(of: pid) == "got one\ntwo\nend\n")
        }
    }

    @Test func signalsReachIt() async throws {
        try await withSession { session in
            // Nothing else is in its group: of a program that the signal ends too, bash would tell.
            let polite = try await session.start("trap 'echo bye; exit 9' TERM; echo ready; while :; do :; done")
            let path = "\(session.path)/processes/\(polite)"
            try await eventually("it listens") {
                try await session.process(polite).outputBytes > 0
            }
            #expect(try await session.api.post("\(path)/signal", body: #"{"signal": "TERM"}"#).status == 200)
            #expect(try await session.output(of: polite) == "ready\nbye\n")
            #expect(try await session.process(polite).exitCode == 9)
            let killed = try await session.start("sleep 1000")
            _ = try await session.api.post("\(session.path)/processes/\(killed)/signal", body: #"{"signal": 9}"#)
            try await eventually("it is dead") { try await session.process(killed).state == "ended" }
            #expect(try await session.process(killed).signal == "SIGKILL")
        }
    }

    @Test func endingTakesEverythingThatItStarted() async throws {
        try await withSession { session in
            let member = "sh -c 'echo $$ >>pids; exec sleep 5000'"
            let pid = try await session.start("setsid \(member) & (setsid \(member) &) ; \(member)")
            let other = try await session.start("echo $$ >other; exec sleep 6001")
            try await eventually("all are there") {
                try await session.run("cat pids other | wc -l").stdout == "4\n"
            }
            #expect(try await session.run("kill -0 $(cat pids other) && echo alive").stdout == "alive\n")
            let ended = try await session.api.delete("\(session.path)/processes/\(pid)")
            #expect(ended.status == 200)
            #expect(try ended.decoded(as: ProcessAnswer.self).status == "cancelled")
            let left = try await session.run(
                "for pid in $(cat pids other); do kill -0 $pid && echo $pid; done; cat other")
            let survivors = left.stdout.split(separator: "\n")
            #expect(survivors.count == 2 && survivors.first == survivors.last, "\(left)")
            #expect(try await session.process(other).state == "running")
            // Once more is no mistake.
            #expect(try await session.api.delete("\(session.path)/processes/\(pid)").status == 200)
        }
    }
}
