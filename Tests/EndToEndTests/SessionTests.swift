import Foundation
import Glibc
import Testing

/// Sessions of a real server: what lasts in them, and for whom.
@Suite(.server(["POLICY": "permissive"]), .timeLimit(.minutes(5))) struct SessionTests {
    private var api: APIClient { get throws { try ServerProcess.current.api } }

    @Test func aSessionKeepsItsFilesItsDirectoryAndItsVariables() async throws {
        try await SessionClient.with(try api, #"{"name": "one", "env": {"GREETING": "hello"}}"#) { session in
            #expect(try await session.run("echo $GREETING; [ $PWD = $HOME ] && echo home").output == "hello\nhome\n")
            let made = try await session.run("mkdir -p a/b && cd a/b && export B=2 && umask 077 && echo x >file")
            #expect(made.success && made.workingDirectory == "/workspace/a/b", "\(made)")
            let kept = try await session.run("echo ${PWD#$HOME}; echo $B; umask; cat file; stat -c %a file")
            #expect(kept.output == "/a/b\n2\n0077\nx\n600\n", "\(kept)")
            let shown = try await session.answer()
            #expect(shown.name == "one" && shown.state == "active" && shown.workingDirectory == "/workspace/a/b")
            #expect(shown.usage.commands == 3)
            // What a run of its own does is not seen.
            #expect(try await api.run(RunRequest(code: "ls /workspace/a || echo none")).stdout == "none\n")
        }
    }

    @Test func sessionsDoNotSeeEachOther() async throws {
        try await SessionClient.with(try api) { one in
            try await SessionClient.with(try api) { other in
                _ = try await one.run("echo secret >~/secret; echo secret >$TMPDIR/secret")
                #expect(try await one.run("cat ~/secret $TMPDIR/secret").output == "secret\nsecret\n")
                let places = try await one.run("echo -n ~/secret $TMPDIR/secret").output
                let pid = try await one.start("sleep 1000")
                let seen = try await other.run("cat \(places); kill -0 \(pid); pgrep sleep")
                #expect(seen.stdout == "" && !seen.success, "\(seen)")
            }
        }
    }

    @Test func commandsThatNameNoSessionShareOne() async throws {
        let api = try api
        let first: CommandAnswer = try await api.post("/api/v1/execute", body: #"{"command": "echo 1 >n"}"#).decoded()
        let second: CommandAnswer = try await api.post("/api/v1/execute", body: #"{"command": "cat n"}"#).decoded()
        #expect(second.output == "1\n" && first.sessionId == second.sessionId)
        let session: SessionAnswer = try await api.get("/api/v1/sessions/\(first.sessionId)").decoded()
        #expect(session.default)
    }

    @Test func anEndedSessionIsGoneWithWhatRanInIt() async throws {
        let api = try api
        let made: SessionAnswer = try await api.post("/api/v1/sessions", body: "{}").decoded()
        let session = SessionClient(api: api, id: made.id)
        _ = try await session.start("sleep 12345")
        #expect(try await api.delete(session.path).status == 204)
        #expect(try await api.get(session.path).status == 404)
        #expect(try await session.send("true").status == 404)
        #expect(try await api.get("\(session.path)/files").status == 404)
    }

    @Test func aRunMayWorkInASessionsFiles() async throws {
        try await SessionClient.with(try api) { session in
            _ = try await session.run("echo from the session >in.txt")
            let answer = try await session.program(
                "open('out.txt', 'w').write(open('in.txt').read().upper())", "python")
            #expect(answer.status == "ok", "\(answer)")
            #expect(try await session.run("cat out.txt").output == "FROM THE SESSION\n")
        }
    }

    @Test(arguments: [
        (
            "cpp",
            """
            #include <fstream>
            #include <iostream>
            #include <string>
            int main() {
                std::ifstream in("in.txt");
                std::string line;
                std::getline(in, line);
                std::ofstream("out.txt") << line << " by a compiled program\\n";
                std::cout << "done\\n";
            }
            """
        ),
        (
            "rust",
            """
            fn main() {
                let line = std::fs::read_to_string("in.txt").unwrap();
                std::fs::write("out.txt", format!("{} by a compiled program\\n", line.trim_end())).unwrap();
                println!("done");
            }
            """
        ),
    ])
    func aCompiledProgramMayWorkInASessionsFiles(_ language: String, _ code: String) async throws {
        try await SessionClient.with(try api) { session in
            _ = try await session.run("echo read >in.txt; mkdir elsewhere; cd elsewhere")
            // Once more over what the first one left.
            for _ in 1...2 {
                let answer = try await session.program(code, language)
                #expect(answer.status == "ok" && answer.stdout == "done\n", "\(answer)")
                #expect(answer.compile?.status == "ok")
                #expect(try await session.run("cat ../out.txt").output == "read by a compiled program\n")
            }
            let wrong = try await session.program("this is no program", language)
            #expect(wrong.status == "compile_error" && wrong.compile?.stderr.isEmpty == false, "\(wrong)")
            // What runs beside it goes on.
            #expect(try await session.run("echo ${PWD#$HOME}").output == "/elsewhere\n")
        }
    }

    @Test func filesGoInAndOutWhileItSleepsOrNot() async throws {
        try await SessionClient.with(try api) { session in
            _ = try await session.run("mkdir d; echo inside >d/a")
            let file = try await session.api.get("\(session.path)/files/d/a")
            #expect(file.status == 200 && file.body == Array("inside\n".utf8))
            let list = try await session.api.get("\(session.path)/files?path=d")
            #expect(list.status == 200 && String(decoding: list.body, as: UTF8.self).contains(#""name":"a""#))
        }
    }

    @Test func whatIsForeignIsNotThere() async throws {
        try await ScratchFolder.with { folder in
            let environment = ["DATA_DIR": folder.path, "API_KEY": "the-operators-own-key"]
            try await ServerProcess.with(environment) { server in
                let admin = server.api.with(key: "the-operators-own-key")
                let key = try await admin.post("/api/v1/keys", body: #"{"name": "ann"}"#)
                    .decoded(as: [String: JSONAny].self)["key"]?.text
                let ann = server.api.with(key: try #require(key))
                try await SessionClient.with(ann) { session async throws -> Void in
                    let foreign = SessionClient(api: admin, id: session.id)
                    #expect(try await admin.get(foreign.path).status == 404)
                    #expect(try await foreign.send("true").status == 404)
                    #expect(try await admin.delete(foreign.path).status == 404)
                    #expect(try await admin.get("\(foreign.path)/events").status == 404)
                    await #expect(throws: TerminalClient.Refused.self) {
                        try await TerminalClient.with(
                            session.id, headers: ["X-API-Key: the-operators-own-key"], port: admin.port
                        ) { _ in }
                    }
                    #expect(try await session.run("echo mine").output == "mine\n")
                }
            }
        }
    }

    @Test func sessionsOutliveTheServerHoweverItEnds() async throws {
        try await ScratchFolder.with { folder in
            let environment = ["DATA_DIR": folder.path, "POLICY": "permissive"]
            var id = ""
            for signal in [SIGTERM, SIGKILL, nil] {
                try await ServerProcess.with(environment) { server in
                    if id.isEmpty {
                        let made: SessionAnswer = try await server.api.post("/api/v1/sessions", body: "{}").decoded()
                        id = made.id
                        let session = SessionClient(api: server.api, id: id)
                        _ = try await session.run("mkdir kept; cd kept; export KEPT=yes; echo text >file")
                    } else {
                        let session = SessionClient(api: server.api, id: id)
                        let kept = try await session.run("echo ${PWD#$HOME}; echo $KEPT; cat file")
                        #expect(kept.output == "/kept\nyes\ntext\n", "\(kept)")
                    }
                    if let signal {
                        server.signal(signal)
                        _ = try await server.exitStatus()
                    }
                }
            }
        }
    }
}

/// A member of an answer of which a test wants the text, if it is one.
struct JSONAny: Decodable, Sendable {
    let text: String?

    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
}
