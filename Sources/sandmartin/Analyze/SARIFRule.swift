import HTTPAPI
import Interception

/// What a SARIF log says about a rule.
struct SARIFRule: Sendable {
    let id: RuleID
    private let title: String
    private let message: String
    private let recommendation: String
    private let severity: Severity
    private let confidence: Confidence
    private let category: Category
    private let cwe: CWE

    init(_ rule: Rule) {
        id = rule.id
        title = rule.title
        message = rule.message.replacing("{name}", with: "a function or command")
        recommendation = rule.recommendation
        severity = rule.severity
        confidence = rule.confidence
        category = rule.category
        cwe = rule.cwe
    }

    /// For a finding of the analyser itself.
    init(_ finding: Finding) {
        id = finding.ruleID
        title = finding.title
        message = finding.message
        recommendation = finding.recommendation
        severity = finding.severity
        confidence = finding.confidence
        category = finding.category
        cwe = finding.cwe
    }

    var json: JSONValue {
        [
            "id": .string(id.text), "shortDescription": ["text": .string(title)],
            "fullDescription": ["text": .string(message)], "help": ["text": .string(recommendation)],
            "defaultConfiguration": ["level": .string(severity.sarifLevel)],
            "properties": [
                "tags": [
                    "security", .string(category.rawValue), .string("external/cwe/cwe-\(cwe.number)"),
                ],
                "precision": .string(confidence == .certain ? "high" : "medium"),
                "security-severity": .string(severity.securitySeverity),
            ],
        ]
    }
}
