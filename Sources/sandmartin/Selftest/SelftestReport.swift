import Foundation

/// What a self-test found: a pure value.
struct SelftestReport: Sendable, Encodable {
    enum State: String, Sendable, Encodable {
        case passed
        case failed
        /// Neither: the server has not what is looked at.
        case notAvailable = "not_available"
    }

    struct Result: Sendable, Encodable {
        let name: String
        let state: State
        /// What was found, or what is wrong.
        let detail: String
        let seconds: Double
    }

    struct Suite: Sendable, Encodable {
        let name: String
        let title: String
        var results: [Result]
    }

    let version = Sandmartin.version
    let url: String
    /// Of the server; nil when it does not tell.
    let serverVersion: String?
    let isolation: String?
    let suites: [Suite]

    func count(_ state: State) -> Int { suites.reduce(0) { $0 + $1.results.count { $0.state == state } } }

    var seconds: Double { suites.reduce(0) { $0 + $1.results.reduce(0) { $0 + $1.seconds } } }

    var hasFailed: Bool { count(.failed) > 0 }

    private enum CodingKeys: String, CodingKey {
        case version, url
        case serverVersion = "server_version"
        case isolation, success, passed, failed
        case notAvailable = "not_available"
        case seconds, suites
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(url, forKey: .url)
        try container.encode(serverVersion, forKey: .serverVersion)
        try container.encode(isolation, forKey: .isolation)
        try container.encode(!hasFailed, forKey: .success)
        try container.encode(count(.passed), forKey: .passed)
        try container.encode(count(.failed), forKey: .failed)
        try container.encode(count(.notAvailable), forKey: .notAvailable)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(suites, forKey: .suites)
    }
}
