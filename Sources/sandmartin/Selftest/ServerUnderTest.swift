import Foundation
import NIOHTTP1

/// The server that a self-test looks at, as its callers see it.
struct ServerUnderTest: Sendable {
    let http: PlainHTTPClient
    /// Sent with every request, if there is one.
    let key: String?
    /// What the server says about itself; nil when it says nothing that could be read.
    let health: Health?
    /// What it refuses and allows; nil likewise.
    let policy: SecurityPolicy?

    /// Asks the server what it is. Throws `PlainHTTPClient.Failure` when there is no answer at all.
    init(_ http: PlainHTTPClient, key: String?) async throws {
        self.http = http
        self.key = key
        let headers = Self.headers(key)
        health = Self.decoded(try await http.send(.GET, "/health", headers: headers))
        policy = Self.decoded(try await http.send(.GET, "/security/policy", headers: headers))
    }

    private static func decoded<Value: Decodable>(_ answer: PlainHTTPClient.Answer) -> Value? {
        guard answer.status == 200 else { return nil }
        return try? decoder.decode(Value.self, from: Data(answer.body))
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private static func headers(_ key: String?) -> HTTPHeaders {
        key.map { ["Authorization": "Bearer \($0)"] } ?? [:]
    }

    /// `GET /health`, as far as checks look at it.
    struct Health: Decodable {
        struct Isolation: Decodable {
            let level: String
            let layers: [String: String]
        }

        let status: String
        let version: String
        let capabilities: [String]
        let uptimeSeconds: Double
        let isolation: Isolation
        let languages: [String: String?]
    }

    /// `GET /security/policy`, as far as checks look at it.
    struct SecurityPolicy: Decodable {
        struct Policy: Decodable {
            let name: String
        }

        let policies: [Policy]
    }
}

// MARK: What it has

extension ServerUnderTest {
    /// Requires a part that not every server has. A server that does not tell what it has is asked for everything.
    func require(_ capability: String) throws {
        guard let health, !health.capabilities.contains(capability) else { return }
        throw SelftestCheck.NotAvailable("this server has no \(capability)")
    }

    func require(language: String) throws {
        guard let health else { return }
        guard let version = health.languages[language] else {
            throw SelftestCheck.NotAvailable("this server does not know \(language)")
        }
        guard version != nil else { throw SelftestCheck.NotAvailable("the tools for \(language) are not installed") }
    }

    /// The policy under which the walls are tried: the one that refuses nothing, where a caller may name it; nil is the
    /// server's own.
    var reportingPolicy: String? {
        policy?.policies.contains { $0.name == "permissive" } == true ? "permissive" : nil
    }
}

// MARK: Requests

extension ServerUnderTest {
    typealias Answer = PlainHTTPClient.Answer

    /// A busy server is asked again when it says so, five times.
    func send(
        _ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil
    ) async throws -> Answer {
        var all = Self.headers(key)
        all.add(contentsOf: headers)
        var attempts = 0
        while true {
            let answer = try await http.send(method, path, headers: all, body: body)
            attempts += 1
            guard answer.status == 429 || answer.status == 503, attempts < 6,
                let seconds = answer.header("Retry-After").flatMap(Int.init)
            else { return answer }
            try await Task.sleep(for: .seconds(min(seconds, 60)))
        }
    }

    func get(_ path: String) async throws -> Answer { try await send(.GET, path) }

    func post(_ path: String, json: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        var all: HTTPHeaders = ["Content-Type": "application/json"]
        all.add(contentsOf: headers)
        return try await send(.POST, path, headers: all, body: Array(json.utf8))
    }

    /// Requires the status, and reads the answer.
    func read<Value: Decodable>(
        _ answer: Answer, status: Int = 200, as type: Value.Type = Value.self
    ) throws -> Value {
        try expect(answer.status == status, "answered \(answer.status), not \(status): \(Self.excerpt(answer.text))")
        do {
            return try Self.decoder.decode(Value.self, from: Data(answer.body))
        } catch {
            throw SelftestCheck.Failure("an answer that is not as documented: \(Self.excerpt(answer.text))")
        }
    }

    /// The beginning of a text, on one line.
    static func excerpt(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 160 ? line.prefix(160) + "…" : line
    }
}
