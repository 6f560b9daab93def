/// What a run is answered with; of an accepted one only the id and the status are there.
struct RunAnswer: Decodable, Sendable {
    struct Step: Decodable, Sendable {
        let name: String?
        let verdict: String?
        let status: String
        let stdout: String
        let stderr: String
        let exitCode: Int?
    }

    struct File: Decodable, Sendable, Hashable {
        let path: String
        let content: String
        let encoding: String
        let sizeBytes: Int
    }

    struct Isolation: Decodable, Sendable {
        let level: String
        let layers: [String: String]
    }

    let executionId: String
    let status: String
    let success: Bool?
    let stdout: String?
    let stderr: String?
    let output: String?
    let outputTruncated: Bool?
    let error: String?
    let exitCode: Int?
    let signal: String?
    let compile: Step?
    let tests: [Step]?
    let files: [File]?
    let securityReport: SecurityReport?
    let isolation: Isolation?
}

/// What reading a program found.
struct SecurityReport: Decodable, Sendable {
    struct Finding: Decodable, Sendable, Hashable {
        let ruleId: String
        let category: String
        let severity: String
        let file: String?
        let line: Int
        let column: Int
        let recommendation: String
        let blocking: Bool
    }

    let decision: String
    let policy: String
    let riskScore: Int
    let findings: [Finding]
    let complete: Bool
}

/// The one shape of every error answer.
struct ErrorAnswer: Decodable, Sendable {
    let success: Bool
    let error: String
    let code: String
    let field: String?
    let requestId: String
    let timestamp: String
}

/// `GET /health`, as far as tests look at it.
struct HealthAnswer: Decodable, Sendable {
    struct Load: Decodable, Sendable {
        let running: Int
        let queued: Int
    }

    let status: String
    let load: Load
}
