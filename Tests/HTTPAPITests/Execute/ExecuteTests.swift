import HTTPTypes
import Isolation
import LinuxKernel
import Languages
import Sessions
import Testing

@testable import HTTPAPI

@Suite struct ExecuteTests {
    @Test(arguments: ["/execute", "/api/v1/runs"])
    func bothPathsRunAProgram(path: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.post(#"{"code": "print(1)", "language": "python"}"#, to: path)
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
            let json = try answer.json()
            #expect(json["success"] == true)
            #expect(json["status"] == "ok")
            #expect(json["language"] == "python")
            #expect(json["output"] == "print(1)")
            #expect(json["exit_code"] == 0)
            #expect(json["error"] == .null)
            #expect(json["execution_time"] == .number(0.012))
            #expect(json["memory_usage_bytes"] == .integer(9 << 20))
            #expect(json["isolation"]?["layers"]?["seccomp"] == "enforced")
            #expect(json["timestamp"] == "2023-11-14T22:13:20.250Z")
        }
    }

    @Test func aFailedProgramIsAnAnswerAndNotAnError() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(#"{"code": "crash", "language": "python"}"#)
            #expect(answer.status == .ok)
            let json = try answer.json()
            #expect(json["success"] == false)
            #expect(json["status"] == "signaled")
            #expect(json["signal"] == "SIGSEGV")
            #expect(json["exit_code"] == .null)
            #expect(json["error"] == "The program was ended by SIGSEGV.")
        }
    }

    @Test func everyFieldReachesTheExecution() async throws {
        let server = try TestServer()
        try await server.test { client in
            let answer = try await client.post(
                """
                {"code": "x", "language": "PY", "timeout": 2, "stdin": "in\\u0000put", "args": ["-a", "b c"],
                 "env": {"A_1": "=b"}, "collect": ["out/*.png"],
                 "files": [{"path": "data/a.txt", "content": "é"},
                           {"path": "b.bin", "content": "/wA=", "encoding": "base64"}],
                 "limits": {"cpu_ms": 500, "memory_mb": 64, "processes": 3, "output_bytes": 100, "disk_mb": 5},
                 "tests": [{"stdin": "1", "args": ["z"], "expected_output": "x"}, {"name": "two"}]}
                """)
            #expect(answer.status == .ok)
        }
        let request = try #require(server.executions.requests.first)
        #expect(request.language.name == "python")
        #expect(request.limits.wall == .seconds(2))
        #expect(request.limits.cpu == .milliseconds(500))
        #expect(request.limits.memory == .mebibytes(64))
        #expect(request.limits.processes == 3)
        #expect(request.limits.output.bytes == 100)
        #expect(request.limits.disk == .mebibytes(5))
        #expect(request.standardInput == Array("in\u{0}put".utf8))
        #expect(request.arguments == ["-a", "b c"])
        #expect(request.environment == ["A_1": "=b"])
        #expect(request.collect.map(\.description) == ["out/*.png"])
        #expect(request.files.map(\.path.description) == ["data/a.txt", "b.bin"])
        #expect(request.files.map(\.contents) == [Array("é".utf8), [0xFF, 0x00]])
        #expect(request.tests.map(\.name) == ["1", "two"])
        #expect(request.tests.map(\.expectedOutput) == ["x", nil])
        #expect(request.tests[0].arguments == ["z"])
        #expect(!request.streamsOutput)
    }

    @Test func aNullCountsAsAbsent() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(
                #"{"code": "x", "language": "python", "timeout": null, "limits": null, "env": null, "files": null}"#)
            #expect(answer.status == .ok)
        }
    }

    @Test func testsMakeTheSuccess() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(
                """
                {"code": "x", "language": "cpp",
                 "tests": [{"expected_output": "x"}, {"expected_output": "y"}]}
                """)
            let json = try answer.json()
            #expect(json["success"] == false)
            #expect(json["status"] == "ok")
            #expect(json["tests"]?.elements.map { $0["verdict"] } == ["accepted", "wrong_answer"])
            #expect(json["compile"]?["status"] == "ok")
            // Both tests together.
            #expect(json["execution_time"] == .number(0.024))
        }
    }

    @Test func filesThatAreNotTextComeAsBase64() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(#"{"code": "x", "language": "bash", "collect": ["a.png"]}"#)
            let file = try #require(try answer.json()["files"]?.elements.first)
            #expect(file == ["path": "a.png", "content": "/wA=", "encoding": "base64", "size_bytes": 2])
        }
    }

    @Test func outputIsTextOrExactBytes() async throws {
        let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0xA9, 0xE2, 0x82]
        #expect(OutputEncoding.utf8.json(bytes) == "a\u{FFFD}é\u{FFFD}")
        #expect(OutputEncoding.base64.json(bytes) == "Yf/DqeKC")
        try await TestServer().test { client in
            let answer = try await client.post(#"{"code": "hi", "language": "bash", "output_encoding": "base64"}"#)
            let json = try answer.json()
            #expect(json["stdout"] == "aGk=")
            #expect(json["output"] == "aGk=")
            #expect(json["stderr"] == "")
        }
    }

    @Test func aMissingContentTypeIsTakenForJSON() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(#"{"code": "x", "language": "bash"}"#, headers: [:])
            #expect(answer.status == .ok)
            let other = try await client.post(
                #"{"code": "x", "language": "bash"}"#, headers: [.contentType: "application/json; charset=utf-8"])
            #expect(other.status == .ok)
        }
    }

    @Test func aFullQueueIs503WithRetryAfter() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(#"{"code": "overload", "language": "bash"}"#)
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers[.retryAfter] == "3")
            #expect(try answer.string("code") == "overloaded")
            let stopping = try await client.post(#"{"code": "stop", "language": "bash"}"#)
            #expect(stopping.status == .serviceUnavailable)
            #expect(stopping.headers[.retryAfter] != nil)
            try await client.expectThatAGoodRequestWorks()
        }
    }
}
