import Foundation
import HTTPAPI
import Interception
import NIOCore

/// A report in the Static Analysis Results Interchange Format, version 2.1.0, for editors and code-scanning pages.
struct SARIFLog: Sendable {
    private let report: SecurityReport
    private let uri: String
    private let language: SourceLanguage
    /// Those of the analyser, and what stands for findings that have none.
    private let rules: [SARIFRule]

    /// `path` is what the code is called: a path, or `-` for standard input.
    init(_ report: SecurityReport, of path: String, language: SourceLanguage, rules: [Rule]) {
        self.report = report
        self.language = language
        uri = Self.uri(of: path)
        var known = rules.map(SARIFRule.init)
        for finding in report.findings where !known.contains(where: { $0.id == finding.ruleID }) {
            known.append(SARIFRule(finding))
        }
        self.rules = known
    }

    var bytes: [UInt8] {
        var buffer = ByteBuffer()
        json.write(to: &buffer)
        return Array(buffer.readableBytesView)
    }

    var json: JSONValue {
        [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
            "runs": [
                [
                    "tool": ["driver": driver], "invocations": [["executionSuccessful": true]],
                    "artifacts": [artifact], "columnKind": "unicodeCodePoints",
                    "results": .array(report.findings.map(result)), "properties": verdict,
                ]
            ],
        ]
    }

    private var driver: JSONValue {
        [
            "name": "sandmartin", "version": .string(Sandmartin.version),
            "semanticVersion": .string(Sandmartin.version), "rules": .array(rules.map(\.json)),
        ]
    }

    private var artifact: JSONValue {
        [
            "location": ["uri": .string(uri)], "sourceLanguage": .string(language.rawValue),
            "roles": ["analysisTarget"],
        ]
    }

    private var verdict: JSONValue {
        [
            "decision": .string(report.decision.rawValue), "policy": .string(report.policy),
            "risk_score": .integer(report.riskScore.value), "complete": .boolean(report.isComplete),
        ]
    }

    private func result(_ finding: Finding) -> JSONValue {
        [
            "ruleId": .string(finding.ruleID.text),
            "ruleIndex": .integer(rules.firstIndex { $0.id == finding.ruleID } ?? -1),
            "level": .string(finding.severity.sarifLevel),
            "message": ["text": .string("\(finding.message) \(finding.recommendation)")],
            "locations": [
                [
                    "physicalLocation": [
                        "artifactLocation": ["uri": .string(uri), "index": 0], "region": region(finding),
                    ]
                ]
            ],
            "properties": [
                "severity": .string(finding.severity.rawValue), "category": .string(finding.category.rawValue),
                "blocking": .boolean(finding.isBlocking),
            ],
        ]
    }

    private func region(_ finding: Finding) -> JSONValue {
        let place = finding.location
        var members: [JSONValue.Member] = [
            .init(key: "startLine", value: .integer(place.line)),
            .init(key: "startColumn", value: .integer(place.column)),
            .init(key: "endLine", value: .integer(place.endLine)),
            .init(key: "endColumn", value: .integer(place.endColumn)),
        ]
        if !finding.snippet.isEmpty {
            members.append(.init(key: "snippet", value: ["text": .string(finding.snippet)]))
        }
        return .object(members)
    }

    /// A URI reference: relative as the path is, or `file:///…`.
    private static func uri(of path: String) -> String {
        guard path != "-" else { return "stdin" }
        if path.hasPrefix("/") { return URL(filePath: path).absoluteString }
        return path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? "source"
    }
}

extension Severity {
    /// SARIF knows three levels.
    var sarifLevel: String {
        switch self {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low: "note"
        }
    }

    /// What code-scanning pages sort by: a number as CVSS counts, in the middle of the range of its name.
    var securitySeverity: String {
        switch self {
        case .critical: "9.5"
        case .high: "8.0"
        case .medium: "5.5"
        case .low: "2.0"
        }
    }
}
