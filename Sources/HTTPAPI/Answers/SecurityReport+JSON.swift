package import Interception
import NIOCore

/// What `POST /api/v1/analyze` answers, as text for those who print it.
package struct SecurityReportAnswer {
    private let report: SecurityReport

    package init(_ report: SecurityReport) { self.report = report }

    /// The answer as JSON text.
    package var bytes: [UInt8] {
        var buffer = ByteBuffer()
        report.json.write(to: &buffer)
        return Array(buffer.readableBytesView)
    }
}

extension SecurityReport {
    var json: JSONValue {
        [
            "decision": .string(decision.rawValue), "policy": .string(policy),
            "risk_score": .integer(riskScore.value), "risk_level": .string(riskLevel.rawValue),
            "findings": .array(findings.map(\.json)),
            "by_category": .counts(countsByCategory), "by_severity": .counts(countsBySeverity),
            "analysis_ms": duration.milliseconds, "complete": .boolean(isComplete),
        ]
    }
}

extension Finding {
    fileprivate var json: JSONValue {
        [
            "rule_id": .string(ruleID.text), "category": .string(category.rawValue),
            "severity": .string(severity.rawValue), "cwe": .string("\(cwe)"), "file": .optional(file),
            "line": .integer(location.line), "column": .integer(location.column),
            "end_line": .integer(location.endLine), "end_column": .integer(location.endColumn),
            "snippet": .string(snippet), "message": .string(message), "recommendation": .string(recommendation),
            "blocking": .boolean(isBlocking),
        ]
    }
}

extension JSONValue {
    /// Numbers by name, in the order in which the names are declared; only those that are there.
    fileprivate static func counts<Name: CaseIterable & Hashable & RawRepresentable<String>>(
        _ counts: [Name: Int]
    ) -> JSONValue {
        .object(
            Name.allCases.compactMap { name in
                counts[name].map { Member(key: name.rawValue, value: .integer($0)) }
            })
    }
}
