import Foundation
import Testing

/// What the records of the servers before hold, as far as it was looked at.
struct CrashRecords: CustomStringConvertible {
    var runs: Set<String> = []
    /// The number of the newest row, and how many rows there are of each action for each subject.
    var lastRow = 0
    var rows: [AuditKey: Int] = [:]

    struct AuditKey: Hashable {
        let action: String
        let subject: String
    }

    func count(_ action: String, _ subject: String) -> Int { rows[AuditKey(action: action, subject: subject)] ?? 0 }

    var description: String { "\(runs.count) runs, \(rows.values.reduce(0, +)) audit rows" }
}

/// Compares a server that was just started with what the clients of the one before were told.
struct CrashInspector {
    let api: APIClient
    let folder: String

    /// Requires everything that was acknowledged, and answers the ledgers with what is now certain.
    func reconcile(_ ledgers: [CrashLedger], _ records: inout CrashRecords) async throws -> [CrashLedger] {
        try await readRecords(&records)
        var reconciled: [CrashLedger] = []
        for var ledger in ledgers {
            for (id, session) in ledger.sessions { ledger.sessions[id] = try await reconcile(session) }
            for id in ledger.ended { #expect(try await api.get("/api/v1/sessions/\(id)").status == 404, "\(id)") }
            expectRecords(of: ledger, in: records)
            try await expectKeys(&ledger)
            reconciled.append(ledger)
        }
        try await expectSessions(&reconciled)
        return reconciled
    }

    // MARK: Sessions

    /// Nil when it has ended, if it may have.
    private func reconcile(_ session: SessionLedger) async throws -> SessionLedger? {
        let path = "/api/v1/sessions/\(session.id)"
        let answer = try await api.get(path)
        if session.mayHaveEnded, answer.status == 404 { return nil }
        try #require(answer.status == 200, "session \(session.id): \(String(decoding: answer.body, as: UTF8.self))")
        let shown: SessionAnswer = try answer.decoded()
        let name = try #require(shown.name)
        #expect(session.names.contains(name), "\(session.id)")
        #expect(shown.usage.commands >= session.commands, "\(session.id)")
        var session = session
        (session.names, session.mayHaveEnded) = ([name], false)
        for (file, possible) in session.files {
            session.files[file] = [try await contents("\(path)/files/\(file)", among: possible)]
        }
        try await reconcileCommands(&session)
        return session
    }

    private func contents(_ path: String, among possible: Set<SeededContents?>) async throws -> SeededContents? {
        let answer = try await api.get(path)
        if answer.status == 404 {
            #expect(possible.contains(nil), "\(path) is gone")
            return nil
        }
        try #require(answer.status == 200, "\(path)")
        let found = possible.first { $0?.size == answer.body.count && $0?.bytes == answer.body }
        return try #require(found, "\(path) has \(answer.body.count) bytes and should be one of \(possible)")
    }

    private func reconcileCommands(_ session: inout SessionLedger) async throws {
        let answer = try await SessionClient(api: api, id: session.id).run("echo $V; cat log 2>/dev/null || true")
        let numbers = answer.stdout.split(separator: "\n").compactMap { Int($0) }
        let value = try #require(numbers.first, "\(answer)")
        #expect(session.values.contains(value), "\(session.id): \(value) should be one of \(session.values)")
        let lines = numbers.dropFirst()
        #expect(Set(lines).count == lines.count, "\(session.id) has run a command twice")
        #expect(session.lines.isSubset(of: lines), "\(session.id) has lost what a command wrote")
        #expect(session.possibleLines.isSuperset(of: lines), "\(session.id)")
        session.values = [value]
        session.lines = Set(lines)
        session.possibleLines = session.lines
    }

    /// There are those that are known and those that were never answered, which are ended; and on the disk no other.
    private func expectSessions(_ ledgers: inout [CrashLedger]) async throws {
        var found: Set<String> = []
        var cursor: String?
        repeat {
            let page: Sessions = try await api.get(
                "/api/v1/sessions?limit=100" + (cursor.map { "&after=\($0)" } ?? "")
            ).decoded()
            found.formUnion(page.sessions.map(\.id))
            cursor = page.next
        } while cursor != nil
        let known = Set(ledgers.flatMap { $0.sessions.keys })
        #expect(known.isSubset(of: found))
        #expect(found.subtracting(known).count <= ledgers.reduce(0) { $0 + $1.unanswered })
        for id in found.subtracting(known) { #expect(try await api.delete("/api/v1/sessions/\(id)").status == 204) }
        for index in ledgers.indices { ledgers[index].unanswered = 0 }
        try await eventually("the folder of workspaces has those of the sessions and nothing else") {
            try Set(names(in: "sandboxes/workspaces")) == known
        }
        #expect(
            try Set(names(in: "")).isSubset(of: [
                "sandboxes", "server.lock", "sandmartin.sqlite", "sandmartin.sqlite-wal", "sandmartin.sqlite-shm",
            ]))
        // At the level landlock sandboxes of runs are in a folder of this server's; those of its predecessors are gone.
        let others = try names(in: "sandboxes").filter { $0 != "workspaces" }
        let isConfined = try await api.isolationLevel() == "landlock"
        #expect(others == (isConfined ? ["runs"] : []))
        if isConfined { #expect(try names(in: "sandboxes/runs").count == 1) }
    }

    private func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(path)").filter { $0 != "server.lock" }
    }

    private struct Sessions: Decodable {
        let sessions: [SessionAnswer]
        let next: String?
    }

    // MARK: Records

    private func expectRecords(of ledger: CrashLedger, in records: CrashRecords) {
        #expect(ledger.runs.subtracting(records.runs) == [], "runs are missing in the history")
        #expect(ledger.runs.filter { records.count("run", $0) != 1 } == [], "runs are missing in the audit log")
        #expect(ledger.created.filter { records.count("session.create", $0) != 1 } == [])
        #expect(ledger.ended.filter { records.count("session.end", $0) != 1 } == [])
        for session in ledger.sessions.values {
            #expect(records.count("command", session.id) >= session.commands, "\(session.id)")
            #expect(records.count("files", session.id) >= session.fileChanges, "\(session.id)")
        }
        #expect(ledger.keys.keys.filter { records.count("key.create", $0) != 1 } == [])
    }

    private func expectKeys(_ ledger: inout CrashLedger) async throws {
        let keys: Keys = try await api.get("/api/v1/keys").decoded()
        let states = Dictionary(uniqueKeysWithValues: keys.keys.map { ($0.id, $0.state) })
        for (id, possible) in ledger.keys {
            let state = try #require(states[id], "the key \(id) is gone")
            #expect(possible.contains(state), "\(id)")
            ledger.keys[id] = [state]
        }
    }

    private struct Keys: Decodable {
        struct Key: Decodable {
            let id: String
            let state: String
        }

        let keys: [Key]
    }

    /// Reads what has come since the last time.
    private func readRecords(_ records: inout CrashRecords) async throws {
        var after: String?
        repeat {
            let page: Runs = try await api.get("/api/v1/runs?limit=100" + (after.map { "&after=\($0)" } ?? ""))
                .decoded()
            let ids = page.runs.map(\.executionId)
            let isKnown = ids.contains(where: records.runs.contains)
            records.runs.formUnion(ids)
            after = isKnown ? nil : page.next
        } while after != nil
        let last = records.lastRow
        var before: Int?
        repeat {
            let page: Rows = try await api.get("/api/v1/audit?limit=1000" + (before.map { "&before=\($0)" } ?? ""))
                .decoded()
            for row in page.entries where row.number > last {
                records.lastRow = max(records.lastRow, row.number)
                records.rows[.init(action: row.action, subject: row.subject ?? ""), default: 0] += 1
            }
            before = page.entries.contains { $0.number <= last } ? nil : page.next
        } while before != nil
    }

    /// All that was ever there still is.
    func expectAll(_ records: CrashRecords) async throws {
        var all = CrashRecords()
        try await readRecords(&all)
        #expect(records.runs.subtracting(all.runs) == [])
        for (key, count) in records.rows { #expect(all.rows[key] ?? 0 >= count, "\(key)") }
    }

    private struct Runs: Decodable {
        struct Run: Decodable { let executionId: String }

        let runs: [Run]
        let next: String?
    }

    private struct Rows: Decodable {
        struct Row: Decodable {
            let number: Int
            let action: String
            let subject: String?
        }

        let entries: [Row]
        let next: Int?
    }
}
