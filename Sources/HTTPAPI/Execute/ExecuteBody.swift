import Sessions

/// The body of `POST /execute` as it stands on the wire: types are right, nothing is checked against this server yet.
struct ExecuteBody {
    var code: String
    var language: String
    var standardInput: String
    var arguments: [String]
    var environment: [(name: String, value: String)]
    var files: [File]
    var collect: [String]
    var policy: String?
    var limits: LimitPolicy.Request
    var tests: [Test]
    var isAsynchronous: Bool
    var outputEncoding: OutputEncoding
    var session: SessionID?

    struct File {
        /// The element's name in error answers (`files[3]`).
        var name: String
        var path: String
        var content: String
        var encoding: OutputEncoding
    }

    struct Test {
        /// The element's name in error answers (`tests[3]`).
        var element: String
        var name: String
        var standardInput: String
        var arguments: [String]
        var expectedOutput: String?
    }

    static let fields = [
        "code", "language", "timeout", "stdin", "args", "env", "files", "collect", "policy", "limits", "tests",
        "async", "output_encoding", "session_id",
    ]

    /// More arguments than fit into the bound on their bytes cannot be meant.
    private static let maximumCount = 4096

    init(_ json: JSONValue, bounds: RequestBounds) throws(InvalidRequest) {
        let body = try ObjectReader(json, fields: Self.fields)
        code = try body.requiredString("code")
        language = try body.requiredString("language")
        standardInput = try body.string("stdin") ?? ""
        arguments = try body.strings("args", atMost: Self.maximumCount)
        environment = try body.strings(in: "env", atMost: Self.maximumCount)
        collect = try body.strings("collect", atMost: bounds.patterns)
        policy = try body.string("policy")
        limits = try Self.limits(of: body)
        isAsynchronous = try body.boolean("async") ?? false
        outputEncoding = try body.outputEncoding("output_encoding")
        session = try body.session()
        files = []
        for (name, value) in try body.array("files", atMost: bounds.files) {
            files.append(try Self.file(value, name))
        }
        tests = []
        for (name, value) in try body.array("tests", atMost: bounds.tests) {
            tests.append(try Self.test(value, name, number: tests.count + 1))
        }
    }

    private static func limits(of body: ObjectReader) throws(InvalidRequest) -> LimitPolicy.Request {
        var request = LimitPolicy.Request()
        request.timeout = try body.number("timeout")
        guard let value = body.member("limits") else { return request }
        let limits = try ObjectReader(
            value, path: "limits", fields: ["cpu_ms", "memory_mb", "processes", "output_bytes", "disk_mb"])
        request.cpuMilliseconds = try limits.number("cpu_ms")
        request.memoryMebibytes = try limits.number("memory_mb")
        request.processes = try limits.number("processes")
        request.outputBytes = try limits.number("output_bytes")
        request.diskMebibytes = try limits.number("disk_mb")
        return request
    }

    private static func file(_ value: JSONValue, _ name: String) throws(InvalidRequest) -> File {
        let file = try ObjectReader(value, path: name, fields: ["path", "content", "encoding"])
        return File(
            name: name, path: try file.requiredString("path"), content: try file.requiredString("content"),
            encoding: try file.outputEncoding("encoding"))
    }

    private static func test(_ value: JSONValue, _ element: String, number: Int) throws(InvalidRequest) -> Test {
        let test = try ObjectReader(value, path: element, fields: ["name", "stdin", "args", "expected_output"])
        return Test(
            element: element, name: try test.string("name") ?? "\(number)",
            standardInput: try test.string("stdin") ?? "", arguments: try test.strings("args", atMost: maximumCount),
            expectedOutput: try test.string("expected_output"))
    }
}
