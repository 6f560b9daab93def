import Testing

/// A body that cannot be run, and what its sender is told.
struct BadInput: Sendable, CustomTestStringConvertible {
    let name: String
    let body: [UInt8]
    var status = 400
    var code = "invalid_request"
    var field: String?
    /// A part of the message.
    let says: String

    var testDescription: String { name }

    init(
        _ name: String, _ body: String, status: Int = 400, code: String = "invalid_request", field: String, says: String
    ) {
        self.name = name
        self.body = Array(body.utf8)
        self.status = status
        self.code = code
        self.field = field
        self.says = says
    }

    /// A good body but for one more member.
    static func member(_ name: String, _ member: String, field: String, says: String) -> BadInput {
        BadInput(name, #"{"code": "echo", "language": "bash", \#(member)}"#, field: field, says: says)
    }

    static func path(_ name: String, _ path: String, says: String) -> BadInput {
        .member(name, #""files": [{"path": "\#(path)", "content": ""}]"#, field: "files[0].path", says: says)
    }

    static let manyFiles = (0..<10_000).map { #"{"path": "\#($0)", "content": ""}"# }.joined(separator: ",")

    static let all = [
        BadInput("no body", "", field: "body", says: "missing"),
        BadInput("broken JSON", #"{"code": "#, field: "body", says: "not valid JSON"),
        BadInput("deeply nested JSON", String(repeating: "[", count: 100_000), field: "body", says: "nested"),
        BadInput("code of a wrong type", #"{"code": 1, "language": "bash"}"#, field: "code", says: "must be a string"),
        member("arguments of a wrong type", #""args": "x""#, field: "args", says: "must be an array"),
        member("a limit of a wrong type", #""limits": {"processes": "1"}"#, field: "limits.processes", says: "number"),
        BadInput(
            "unknown language", #"{"code": "x", "language": "cobol"}"#, status: 422, code: "unsupported_language",
            field: "language", says: "bash, cpp, javascript, python, rust"),
        BadInput("empty code", #"{"code": "", "language": "bash"}"#, field: "code", says: "must not be empty"),
        BadInput("NUL in code", #"{"code": "a\u0000b", "language": "bash"}"#, field: "code", says: "NUL"),
        member("timeout 0", #""timeout": 0"#, field: "timeout", says: "between 0.1 and 120"),
        member("negative timeout", #""timeout": -1"#, field: "timeout", says: "between 0.1 and 120"),
        member("timeout NaN", #""timeout": NaN"#, field: "body", says: "not valid JSON"),
        member("timeout 1e308", #""timeout": 1e308"#, field: "timeout", says: "between 0.1 and 120"),
        path("absolute path", "/etc/passwd", says: "is absolute"),
        path("upward path", "a/../../b", says: "“..”"),
        path("NUL in a path", #"a\u0000b"#, says: "NUL"),
        member(
            "a link among the files", #""files": [{"path": "a", "content": "", "link": "/etc/passwd"}]"#,
            field: "files[0].link", says: "not a known field"),
        member("10,000 files", #""files": [\#(manyFiles)]"#, field: "files", says: "at most"),
        member("unknown field", #""polcy": "x""#, field: "polcy", says: "polcy is not a known field"),
        member(
            "a policy that is wider than the server's", #""policy": "permissive""#, field: "policy",
            says: "one that this server allows: standard, strict"),
    ]
}

@Suite(.server) struct BadInputTests {
    @Test(arguments: BadInput.all)
    func badInputIsNamedAndTheNextRunWorks(_ bad: BadInput) async throws {
        let api = try ServerProcess.current.api
        let answer = try await api.post(body: bad.body)
        #expect(answer.status == bad.status)
        let error = try answer.decoded(as: ErrorAnswer.self)
        #expect(error.success == false)
        #expect(error.code == bad.code)
        #expect(error.field == bad.field)
        #expect(error.error.contains(bad.says), "\(error.error)")
        #expect(answer.header("X-Request-Id") == error.requestId)
        try await api.expectThatTheNextRunWorks()
    }

    @Test func thirtyTwoMegabytesOfCodeAreTooLarge() async throws {
        let api = try ServerProcess.current.api
        let code = [UInt8](repeating: UInt8(ascii: "#"), count: 32 << 20)
        let answer = try await api.post(
            body: Array(#"{"language": "bash", "code": ""#.utf8) + code + Array(#""}"#.utf8))
        #expect(answer.status == 413)
        #expect(try answer.decoded(as: ErrorAnswer.self).code == "too_large")
        try await api.expectThatTheNextRunWorks()
    }

    @Test func codeAboveItsBoundIsTooLarge() async throws {
        let api = try ServerProcess.current.api
        let answer = try await api.post(RunRequest(code: String(repeating: "#", count: (1 << 20) + 1)))
        #expect(answer.status == 413)
        #expect(try answer.decoded(as: ErrorAnswer.self).field == "code")
        let fits = try await api.run(RunRequest(code: "exit;" + String(repeating: "#", count: (1 << 20) - 5)))
        #expect(fits.status == "ok")
    }
}
