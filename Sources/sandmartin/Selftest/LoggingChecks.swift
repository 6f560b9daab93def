import Foundation
import NIOHTTP1

/// What a server keeps and tells about what was done.
enum LoggingChecks {
    static let all: [SelftestCheck] = [requestIDs, givenID, timestamp, metrics, history, audit]

    private static let requestIDs = SelftestCheck("every answer has an id of its own") { server in
        var ids: Set<String> = []
        for path in ["/health", "/languages", "/nowhere"] {
            guard let id = try await server.get(path).header("X-Request-Id"), !id.isEmpty else {
                throw SelftestCheck.Failure("\(path) is answered without X-Request-Id")
            }
            ids.insert(id)
        }
        try expect(ids.count == 3, "two answers have the same")
        return "X-Request-Id, also with errors"
    }

    private static let givenID = SelftestCheck("a caller's own id is kept") { server in
        let answer = try await server.send(.GET, "/health", headers: ["X-Request-Id": "selftest-1"])
        try expect(
            answer.header("X-Request-Id") == "selftest-1", "it became \(answer.header("X-Request-Id") ?? "none")")
        return "selftest-1"
    }

    private static let timestamp = SelftestCheck("answers say when they were given") { server in
        let answer = try await server.run(SelftestRun(code: "echo x"), printing: "x\n")
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let text = answer.timestamp, let date = try? Date(text, strategy: format) else {
            throw SelftestCheck.Failure("the timestamp is \(answer.timestamp ?? "not there")")
        }
        let difference = abs(date.timeIntervalSinceNow)
        try expect(difference < 86_400, "its clock and ours differ by \(Int(difference)) s")
        return text
    }

    private static let metrics = SelftestCheck("runs are counted in the metrics") { server in
        let before = try await runs(server)
        _ = try await server.run(SelftestRun(code: "echo x"), printing: "x\n")
        let after = try await runs(server)
        try expect(after > before, "the sum of sandmartin_runs_total stayed at \(Int(before))")
        return "sandmartin_runs_total rose from \(Int(before)) to \(Int(after))"
    }

    private static func runs(_ server: ServerUnderTest) async throws -> Double {
        let answer = try await server.get("/metrics")
        try expect(answer.status == 200, "answered \(answer.status)")
        let lines = answer.text.split(separator: "\n").filter { $0.hasPrefix("sandmartin_runs_total") }
        return lines.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }

    private static let history = SelftestCheck("a refused run is kept with its fate") { server in
        try server.require("analysis")
        let refused = try await server.run(SelftestRun(code: "cat /etc/passwd"))
        guard refused.status == "blocked" else {
            throw SelftestCheck.NotAvailable("this server's policy refuses nothing")
        }
        let answer = try server.read(
            try await server.get("/api/v1/runs/\(refused.executionId)"), as: SelftestRunAnswer.self)
        try expect(answer.status == "blocked", "it is kept as \(answer.status)")
        return refused.executionId
    }

    private struct AuditPage: Decodable {
        struct Entry: Decodable {
            let subject: String?
            let outcome: String?
        }

        let entries: [Entry]
    }

    /// Rows are written in batches beside the requests, and so may come a moment later.
    private static let audit = SelftestCheck("the audit log has who ran what") { server in
        let run = try await server.run(SelftestRun(code: "echo audited"), printing: "audited\n")
        for _ in 1...50 {
            let answer = try await server.get("/api/v1/audit?limit=100&action=run")
            if answer.status == 403 { throw SelftestCheck.NotAvailable("the caller is no administrator") }
            let page = try server.read(answer, as: AuditPage.self)
            if let entry = page.entries.first(where: { $0.subject == run.executionId }) {
                return "\(run.executionId): \(entry.outcome ?? "no outcome")"
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw SelftestCheck.Failure("the run is not in it after five seconds")
    }
}
