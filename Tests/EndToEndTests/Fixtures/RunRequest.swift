/// The body of `POST /execute`.
struct RunRequest: Encodable, Sendable {
    struct File: Encodable, Sendable {
        var path: String
        var content: String
        var encoding: String?
    }

    struct Test: Encodable, Sendable {
        var name: String
        var stdin: String?
        var args: [String]?
        var expectedOutput: String?
    }

    struct Limits: Encodable, Sendable {
        var cpuMs: Double?
        var memoryMb: Int?
        var processes: Int?
        var outputBytes: Int?
        var diskMb: Int?
    }

    var code: String
    var language = "bash"
    var timeout: Double?
    var stdin: String?
    var args: [String]?
    var env: [String: String]?
    var files: [File]?
    var collect: [String]?
    var policy: String?
    var limits: Limits?
    var tests: [Test]?
    var async: Bool?
}
