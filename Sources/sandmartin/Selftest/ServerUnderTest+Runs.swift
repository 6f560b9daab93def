import Foundation

/// The body of `POST /execute`, as far as checks use it.
struct SelftestRun: Encodable, Sendable {
    struct File: Encodable, Sendable {
        var path: String
        var content: String
        var encoding: String?
    }

    struct Limits: Encodable, Sendable {
        var cpuMs: Double?
        var memoryMb: Int?
        var processes: Int?
        var outputBytes: Int?
        var diskMb: Int?
    }

    struct Test: Encodable, Sendable {
        var name: String
        var stdin: String
        var expectedOutput: String
    }

    var code: String
    var language = "bash"
    var stdin: String?
    var timeout: Double?
    var args: [String]?
    var env: [String: String]?
    var files: [File]?
    var collect: [String]?
    var policy: String?
    var limits: Limits?
    var tests: [Test]?
    var async: Bool?
}

/// What a run is answered with; of one that goes on only the id and the status are there.
struct SelftestRunAnswer: Decodable, Sendable {
    struct File: Decodable, Sendable {
        let path: String
        let content: String
        let encoding: String
    }

    struct Test: Decodable, Sendable {
        let verdict: String
    }

    struct Report: Decodable, Sendable {
        let decision: String
        let findings: [Finding]
    }

    struct Finding: Decodable, Sendable {
        let ruleId: String
        let line: Int
        let blocking: Bool
    }

    struct Usage: Decodable, Sendable {
        let wallMs: Double
        let peakMemoryBytes: Int
    }

    struct Isolation: Decodable, Sendable {
        let level: String
    }

    let executionId: String
    let status: String
    let success: Bool?
    let stdout: String?
    let stderr: String?
    let error: String?
    let exitCode: Int?
    let files: [File]?
    let tests: [Test]?
    let usage: Usage?
    let securityReport: Report?
    let isolation: Isolation?
    let timestamp: String?

    /// For messages: how it ended, and why.
    var fate: String {
        ([status] + [error, stderr].compactMap { $0?.isEmpty == false ? $0 : nil }).joined(separator: ": ")
    }
}

extension ServerUnderTest {
    /// Runs a program to its end, whatever that is.
    func run(_ run: SelftestRun) async throws -> SelftestRunAnswer {
        try read(try await post("/execute", json: Self.json(run)))
    }

    /// The same, and requires that it ends well with this output.
    func run(_ run: SelftestRun, printing expected: String) async throws -> SelftestRunAnswer {
        let answer = try await self.run(run)
        try expect(answer.status == "ok", "ended as \(Self.excerpt(answer.fate))")
        try expect(
            answer.stdout == expected, "printed “\(Self.excerpt(answer.stdout ?? ""))”, not “\(Self.excerpt(expected))”"
        )
        return answer
    }

    /// The status of the answer alone, for requests that must be refused.
    func status(_ run: SelftestRun) async throws -> Int {
        try await post("/execute", json: Self.json(run)).status
    }

    static func json(_ run: SelftestRun) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(run), as: UTF8.self)
    }
}
