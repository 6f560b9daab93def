import HTTPTypes
import NIOCore
import Testing

@testable import HTTPAPI

/// One line of "what bad input gets": a body, and what the caller must be told.
struct BadInput: Sendable, CustomTestStringConvertible {
    var name: String
    var body: String
    var status: HTTPResponse.Status = .badRequest
    var code = ErrorCode.invalidRequest
    var field: String?
    /// A part of the message.
    var says: String

    var testDescription: String { name }

    /// A body that is good but for one more member.
    static func member(_ name: String, _ member: String, field: String, says: String) -> BadInput {
        BadInput(name: name, body: #"{"code": "x", "language": "python", \#(member)}"#, field: field, says: says)
    }

    static func path(_ name: String, _ path: String, says: String) -> BadInput {
        .member(
            name, #""files": [{"path": "ok.txt", "content": ""}, {"path": "\#(path)", "content": ""}]"#,
            field: "files[1].path", says: says)
    }

    static let syntax: [BadInput] = [
        BadInput(name: "empty", body: "", field: "body", says: "missing"),
        BadInput(name: "broken", body: #"{"code": "x", "#, field: "body", says: "line 1, column 15"),
        BadInput(name: "not an object", body: "[1]", field: "body", says: "must be an object, not an array"),
        BadInput(name: "twice", body: #"{"code": "x", "code": "y"}"#, field: "body", says: "occurs twice"),
        BadInput(
            name: "deep", body: String(repeating: "[", count: 100_000), field: "body", says: "nested more than 64"),
        BadInput(
            name: "deep objects", body: String(repeating: #"{"a":"#, count: 100_000), field: "body",
            says: "nested more than 64"),
        BadInput(
            name: "many values", body: "[" + String(repeating: "0,", count: 100_001) + "0]", field: "body",
            says: "more than 100000 values"),
        BadInput(name: "half a character", body: #"{"code": "\ud800"}"#, field: "body", says: "surrogate"),
        BadInput(name: "NaN", body: #"{"timeout": NaN}"#, field: "body", says: "expected a value"),
    ]

    static let types: [BadInput] = [
        BadInput(name: "no code", body: #"{"language": "python"}"#, field: "code", says: "code is required"),
        BadInput(name: "no language", body: #"{"code": "x"}"#, field: "language", says: "language is required"),
        BadInput(
            name: "code is a number", body: #"{"code": 1, "language": "python"}"#, field: "code",
            says: "code must be a string, not a number"),
        .member("timeout is a string", #""timeout": "NaN""#, field: "timeout", says: "must be a number, not a string"),
        .member("args is a string", #""args": "-x""#, field: "args", says: "must be an array, not a string"),
        .member("an argument is null", #""args": ["a", null]"#, field: "args[1]", says: "must be a string, not null"),
        .member("env is an array", #""env": []"#, field: "env", says: "must be an object"),
        .member("a variable is a number", #""env": {"A": 1}"#, field: "env.A", says: "must be a string"),
        .member("limits is true", #""limits": true"#, field: "limits", says: "must be an object, not a boolean"),
        .member("files is an object", #""files": {}"#, field: "files", says: "must be an array"),
        .member("a file is a string", #""files": ["a"]"#, field: "files[0]", says: "must be an object, not a string"),
        .member("async is 1", #""async": 1"#, field: "async", says: "must be true or false"),
        .member("encoding", #""output_encoding": "hex""#, field: "output_encoding", says: "“utf8” or “base64”"),
        .member("unknown field", #""polcy": "x""#, field: "polcy", says: "polcy is not a known field"),
        .member(
            "a policy that is not allowed", #""policy": "permissive""#, field: "policy",
            says: "policy must be one that this server allows: standard, strict."),
        .member("unknown limit", #""limits": {"cpu": 1}"#, field: "limits.cpu", says: "may have cpu_ms, memory_mb"),
        .member(
            "a link", #""files": [{"path": "a", "content": "", "link": "/etc/passwd"}]"#, field: "files[0].link",
            says: "not a known field"),
        .member("unknown in a test", #""tests": [{"in": ""}]"#, field: "tests[0].in", says: "not a known field"),
    ]

    static let values: [BadInput] = [
        BadInput(name: "empty code", body: #"{"code": "", "language": "python"}"#, field: "code", says: "not be empty"),
        BadInput(
            name: "NUL in code", body: #"{"code": "a\u0000b", "language": "python"}"#, field: "code", says: "NUL"),
        .member("timeout 0", #""timeout": 0"#, field: "timeout", says: "between 0.1 and 30 seconds"),
        .member("timeout negative", #""timeout": -1"#, field: "timeout", says: "between 0.1 and 30 seconds"),
        .member("timeout huge", #""timeout": 1e308"#, field: "timeout", says: "between 0.1 and 30 seconds"),
        .member("timeout infinite", #""timeout": 1e999"#, field: "timeout", says: "between 0.1 and 30 seconds"),
        .member("half a process", #""limits": {"processes": 1.5}"#, field: "limits.processes", says: "whole number"),
        .member("too much memory", #""limits": {"memory_mb": 513}"#, field: "limits.memory_mb", says: "8 and 512"),
        .member("NUL in an argument", #""args": ["\u0000"]"#, field: "args[0]", says: "NUL"),
        .member("NUL in a variable", #""env": {"A": "\u0000"}"#, field: "env.A", says: "NUL"),
        .member("a name with =", #""env": {"A=B": ""}"#, field: "env.A=B", says: "not a name for a variable"),
        .member("a name with a digit first", #""env": {"1A": ""}"#, field: "env.1A", says: "not a name"),
        .member("an empty name", #""env": {"": ""}"#, field: "env.", says: "not a name"),
        .member(
            "64 KiB of arguments", #""args": ["\#(String(repeating: "a", count: 65536))"]"#, field: "args",
            says: "at most 65536 bytes"),
        .member(
            "64 KiB of environment", #""env": {"A": "\#(String(repeating: "a", count: 65536))"}"#, field: "args",
            says: "args and env"),
        .member("absolute pattern", #""collect": ["/etc/*"]"#, field: "collect[0]", says: "is absolute"),
        .member("upward pattern", #""collect": ["a", "../*"]"#, field: "collect[1]", says: "“..”"),
        .member(
            "33 patterns", #""collect": [\#(Array(repeating: #""a""#, count: 33).joined(separator: ","))]"#,
            field: "collect", says: "at most 32"),
        .member(
            "101 tests", #""tests": [\#(Array(repeating: "{}", count: 101).joined(separator: ","))]"#, field: "tests",
            says: "at most 100"),
        .member(
            "async with base64", #""async": true, "output_encoding": "base64""#, field: "output_encoding",
            says: "query parameter"),
    ]

    static let paths: [BadInput] = [
        .path("absolute", "/etc/passwd", says: "is absolute"), .path("upward", "a/../../b", says: "“..”"),
        .path("NUL", #"a\u0000b"#, says: "NUL"), .path("empty", "", says: "is empty"),
        .path("twice", "ok.txt", says: "occurs twice"),
        .path("a file as a directory", "ok.txt/x", says: "uses the file “ok.txt” as a directory"),
        .path("the source file", "main.py", says: "the name of the source file"),
        .path("below the source file", "main.py/x", says: "uses the file “main.py”"),
        .path("a long part", String(repeating: "a", count: 256), says: "longer than 255"),
        .member(
            "a directory that becomes a file",
            #""files": [{"path": "a/b", "content": ""}, {"path": "a", "content": ""}]"#, field: "files[0].path",
            says: "uses the file “a”"),
        .member(
            "not base64", #""files": [{"path": "a", "content": "*", "encoding": "base64"}]"#,
            field: "files[0].content", says: "not valid base64"),
        .member(
            "10,000 files",
            #""files": [\#((0..<10_000).map { #"{"path": "\#($0)", "content": ""}"# }.joined(separator: ","))]"#,
            field: "files", says: "at most 1000 elements, not 10000"),
    ]
}

@Suite struct BadInputTests {
    @Test(arguments: BadInput.syntax + BadInput.types + BadInput.values + BadInput.paths)
    func badInputIsNamedAndTheNextRequestWorks(_ bad: BadInput) async throws {
        let server = try TestServer()
        try await server.test { client in
            let answer = try await client.post(bad.body)
            #expect(answer.status == bad.status)
            #expect(try answer.keys() == ["success", "error", "code", "field", "request_id", "timestamp"])
            #expect(try answer.json()["success"] == false)
            #expect(try answer.string("code") == bad.code.rawValue)
            #expect(try answer.string("field") == bad.field)
            let message = try #require(try answer.string("error"))
            #expect(message.contains(bad.says))
            #expect(server.executions.requests.isEmpty)
            try await client.expectThatAGoodRequestWorks()
        }
    }

    @Test func noBodyIsNamed() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(nil as ByteBuffer?)
            #expect(answer.status == .badRequest)
            #expect(try answer.string("field") == "body")
            try await client.expectThatAGoodRequestWorks()
        }
    }

    @Test func bytesThatAreNotUTF8AreNamed() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(
                ByteBuffer(bytes: Array(#"{"code": ""#.utf8) + [0xFF] + Array(#""}"#.utf8)))
            #expect(answer.status == .badRequest)
            #expect(try answer.string("error")?.contains("UTF-8") == true)
        }
    }

    @Test(arguments: ["cobol", "", "python\u{0}"])
    func anUnknownLanguageGetsTheKnownOnes(name: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.post(["code": "x", "language": .string(name)] as JSONValue)
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.string("code") == "unsupported_language")
            #expect(try answer.string("field") == "language")
            #expect(try answer.string("error")?.contains("bash, cpp, javascript, python, rust") == true)
            try await client.expectThatAGoodRequestWorks()
        }
    }

    @Test func aLanguageWithoutToolsGetsTheReason() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(#"{"code": "x", "language": "rust"}"#)
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.string("error")?.contains("rustc is missing.") == true)
        }
    }

    @Test func codeAboveItsBoundIs413() async throws {
        try await TestServer { $0.bounds.code = 10 }.test { client in
            let answer = try await client.post(#"{"code": "12345678901", "language": "python"}"#)
            #expect(answer.status == .contentTooLarge)
            #expect(try answer.string("code") == "too_large")
            #expect(try answer.string("field") == "code")
            let fits = try await client.post(#"{"code": "1234567890", "language": "python"}"#)
            #expect(fits.status == .ok)
        }
    }

    @Test func thirtyTwoMegabytesAre413() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(ByteBuffer(repeating: 0x61, count: 32 << 20))
            #expect(answer.status == .contentTooLarge)
            #expect(try answer.string("code") == "too_large")
            try await client.expectThatAGoodRequestWorks()
        }
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
    func aBodyOfAnotherTypeIs415(type: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.post(
                #"{"code": "x", "language": "python"}"#, headers: [.contentType: type])
            #expect(answer.status == .unsupportedMediaType)
            #expect(try answer.string("code") == "unsupported_media_type")
            try await client.expectThatAGoodRequestWorks()
        }
    }
}
