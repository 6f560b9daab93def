import Interception
import Sessions

extension Screening {
    /// The members of `GET /security/policy` that tell what is refused before it runs.
    var members: [JSONValue.Member] {
        [
            .init(key: "default_policy", value: .string(policies.standard.name)),
            .init(key: "policies", value: .array(policies.allowed.map(\.json))),
            .init(key: "rules", value: .array(interceptor.rules.map(\.json))),
            .init(key: "categories", value: .array(Category.allCases.map { .string($0.rawValue) })),
            .init(key: "severities", value: .array(Severity.allCases.map(\.json))),
            .init(key: "risk_levels", value: .array(RiskLevel.allCases.map(\.json))),
            .init(key: "analysis", value: interceptor.limits.json),
            .init(
                key: "shell",
                value: [
                    "restricted_commands": .array(restrictedCommands.map(JSONValue.string)),
                    "command_bytes": .integer(maximumCommand),
                ]),
        ]
    }
}

extension Policy {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "summary": .string(summary),
            "blocks": [
                "score": .optional(blockingScore),
                "categories": .object(
                    Category.allCases.compactMap { category in
                        blockingCategories[category].map {
                            JSONValue.Member(key: category.rawValue, value: .string($0.rawValue))
                        }
                    }),
                "likely": .boolean(blockingConfidence == .likely), "incomplete": .boolean(blocksIncompleteAnalysis),
            ],
            "rules": .array(
                overrides.sorted { $0.key < $1.key }.map { id, change in
                    [
                        "rule_id": .string(id.text), "action": .optional(change.action?.rawValue),
                        "severity": .optional(change.severity?.rawValue),
                    ]
                }),
        ]
    }
}

extension Rule {
    fileprivate var json: JSONValue { .object(members) }

    /// What lists of rules show.
    var members: [JSONValue.Member] {
        [
            .init(key: "rule_id", value: .string(id.text)), .init(key: "title", value: .string(title)),
            .init(key: "category", value: .string(category.rawValue)),
            .init(key: "severity", value: .string(severity.rawValue)),
            .init(key: "confidence", value: .string(confidence.rawValue)),
            .init(key: "cwe", value: .string("\(cwe)")),
            .init(
                key: "languages",
                value: .array(SourceLanguage.allCases.filter(languages.contains).map { .string($0.rawValue) })),
        ]
    }
}

extension Severity {
    fileprivate var json: JSONValue { ["name": .string(rawValue), "score": .integer(weight)] }
}

extension RiskLevel {
    fileprivate var json: JSONValue { ["name": .string(rawValue), "from_score": .integer(least)] }
}

extension AnalysisLimits {
    fileprivate var json: JSONValue {
        [
            "source_bytes": .integer(sourceBytes), "deadline_ms": deadline.milliseconds,
            "embedding_depth": .integer(embeddingDepth), "findings": .integer(SecurityReport.maximumFindings),
        ]
    }
}
