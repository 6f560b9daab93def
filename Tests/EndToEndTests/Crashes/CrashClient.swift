import Foundation

/// Works on a server until it is gone, and writes down what it was told.
struct CrashClient: Sendable {
    let api: APIClient
    var ledger: CrashLedger
    var generator: SeededGenerator

    /// The server answered what it must not answer.
    private struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    /// Works until a request fails because the server is gone; the ledger then has what may and what must be true.
    mutating func workUntilTheServerIsGone() async -> CrashLedger {
        do {
            while !Task.isCancelled { try await step() }
        } catch let wrong as Wrong {
            ledger.complaints.append(wrong.description)
        } catch {
            // The server is gone: what was not answered is in the ledger as such.
        }
        return ledger
    }

    private mutating func step() async throws {
        guard let id = ledger.sessions.keys.sorted().randomElement(using: &generator) else {
            return try await createSession()
        }
        switch Int.random(in: 0..<100, using: &generator) {
        case ..<28: try await putFile(id)
        case ..<36: try await deleteFile(id)
        case ..<44: try await moveFile(id)
        case ..<64: try await command(id)
        case ..<78: try await run()
        case ..<84: try await rename(id)
        case ..<90 where ledger.sessions.count < 4: try await createSession()
        case ..<94 where ledger.sessions.count > 1: try await end(id)
        default: try await key()
        }
    }

    private mutating func require(_ answer: APIClient.Answer, _ statuses: Int...) throws {
        guard statuses.contains(answer.status) else {
            throw Wrong(description: "\(answer.status): \(String(decoding: answer.body.prefix(500), as: UTF8.self))")
        }
        ledger.acknowledged += 1
    }

    // MARK: Sessions

    private mutating func createSession() async throws {
        ledger.unanswered += 1
        let name = "n\(generator.next())"
        let answer = try await api.post("/api/v1/sessions", body: #"{"name": "\#(name)", "env": {"V": "0"}}"#)
        try require(answer, 201)
        ledger.unanswered -= 1
        let id = try answer.decoded(as: SessionAnswer.self).id
        ledger.created.insert(id)
        ledger.sessions[id] = SessionLedger(id: id, names: [name])
    }

    private mutating func rename(_ id: String) async throws {
        let name = "n\(generator.next())"
        ledger.sessions[id]?.names.insert(name)
        try require(try await api.patch("/api/v1/sessions/\(id)", body: #"{"name": "\#(name)"}"#), 200)
        ledger.sessions[id]?.names = [name]
    }

    private mutating func end(_ id: String) async throws {
        ledger.sessions[id]?.mayHaveEnded = true
        try require(try await api.delete("/api/v1/sessions/\(id)"), 204)
        ledger.sessions[id] = nil
        ledger.ended.insert(id)
    }

    private mutating func command(_ id: String) async throws {
        let number = Int.random(in: 1...Int(Int32.max), using: &generator)
        ledger.sessions[id]?.values.insert(number)
        ledger.sessions[id]?.possibleLines.insert(number)
        let answer = try await SessionClient(api: api, id: id).send("echo \(number) >>log; export V=\(number)")
        try require(answer, 200)
        let ended: CommandAnswer = try answer.decoded()
        guard ended.success else { throw Wrong(description: "\(ended)") }
        ledger.sessions[id]?.values = [number]
        ledger.sessions[id]?.lines.insert(number)
        ledger.sessions[id]?.commands += 1
    }

    // MARK: Files

    private mutating func path() -> String { "f\(Int.random(in: 0..<6, using: &generator))" }

    private mutating func putFile(_ id: String) async throws {
        let path = path()
        let isLarge = Int.random(in: 0..<10, using: &generator) == 0
        let contents = SeededContents(
            seed: generator.next(), size: Int.random(in: 0...(isLarge ? 1 << 20 : 1 << 14), using: &generator))
        ledger.sessions[id]?.files[path, default: [nil]].insert(contents)
        let answer = try await api.put("/api/v1/sessions/\(id)/files/\(path)", body: contents.bytes)
        try require(answer, 200, 201)
        ledger.sessions[id]?.files[path] = [contents]
        ledger.sessions[id]?.fileChanges += 1
    }

    private mutating func deleteFile(_ id: String) async throws {
        guard let path = present(in: id) else { return }
        ledger.sessions[id]?.files[path]?.insert(nil)
        try require(try await api.delete("/api/v1/sessions/\(id)/files/\(path)"), 200)
        ledger.sessions[id]?.files[path] = [nil]
        ledger.sessions[id]?.fileChanges += 1
    }

    private mutating func moveFile(_ id: String) async throws {
        guard let from = present(in: id), let contents = ledger.sessions[id]?.files[from]?.first else { return }
        let to = path()
        guard to != from else { return }
        ledger.sessions[id]?.files[from]?.insert(nil)
        ledger.sessions[id]?.files[to, default: [nil]].insert(contents)
        let body = #"{"move": {"from": "\#(from)", "to": "\#(to)", "overwrite": true}}"#
        try require(try await api.post("/api/v1/sessions/\(id)/files", body: body), 200)
        ledger.sessions[id]?.files[from] = [nil]
        ledger.sessions[id]?.files[to] = [contents]
        ledger.sessions[id]?.fileChanges += 1
    }

    /// A file that is certainly there.
    private mutating func present(in id: String) -> String? {
        ledger.sessions[id]?.files.filter { $0.value.count == 1 && $0.value != [nil] }.keys.sorted()
            .randomElement(using: &generator)
    }

    // MARK: Runs and keys

    private mutating func run() async throws {
        let answer = try await api.post(RunRequest(code: "echo \(generator.next())"))
        try require(answer, 200)
        let run: RunAnswer = try answer.decoded()
        guard run.status == "ok" else { throw Wrong(description: "\(run)") }
        ledger.runs.insert(run.executionId)
    }

    private mutating func key() async throws {
        let active = ledger.keys.filter { $0.value == ["valid"] }.keys.sorted()
        guard active.count > 3, let id = active.randomElement(using: &generator) else {
            let answer = try await api.post("/api/v1/keys", body: #"{"name": "n"}"#)
            try require(answer, 201)
            return ledger.keys[try answer.decoded(as: Key.self).id] = ["valid"]
        }
        ledger.keys[id]?.insert("revoked")
        try require(try await api.delete("/api/v1/keys/\(id)"), 200)
        ledger.keys[id] = ["revoked"]
    }

    private struct Key: Decodable { let id: String }
}
