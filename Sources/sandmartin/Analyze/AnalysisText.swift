import Interception

/// A report for people: each finding with its place and what to do instead, and a last line with the decision.
struct AnalysisText: CustomStringConvertible {
    private let report: SecurityReport
    private let name: String
    private let lines: [[Unicode.Scalar]]
    private let palette: Palette

    /// `name` is what the code is called.
    init(_ report: SecurityReport, of source: [UInt8], name: String, palette: Palette) {
        self.report = report
        self.name = name
        lines = SourceExcerpt.lines(of: source)
        self.palette = palette
    }

    var description: String {
        (report.findings.map(paragraph) + [summary]).joined(separator: "\n\n")
    }

    private func paragraph(_ finding: Finding) -> String {
        let place = "\(finding.file ?? name):\(finding.location.line):\(finding.location.column)"
        let severity = palette.coloured(finding.severity.rawValue, for: finding.severity)
        let effect = finding.isBlocking ? palette.bold(" [refused]") : ""
        let head = "\(palette.bold(place)): \(severity): \(finding.title)\(effect)"
        let source = palette.faint("\(finding.ruleID) · \(finding.category.rawValue) · \(finding.cwe)")
        return ([head] + excerpt(finding) + [finding.message, "Instead: \(finding.recommendation)", source])
            .joined(separator: "\n    ")
    }

    private func excerpt(_ finding: Finding) -> [String] {
        guard finding.file == nil, finding.category != .incompleteAnalysis,
            let excerpt = SourceExcerpt(of: lines, at: finding.location)
        else { return [] }
        let number = "\(finding.location.line)"
        let margin = String(repeating: " ", count: number.count)
        return [
            "\(palette.faint("\(number) |")) \(excerpt.line)",
            "\(palette.faint("\(margin) |")) \(palette.coloured(excerpt.marks, for: finding.severity))",
        ]
    }

    /// All findings are counted, also those that the report does not list.
    private var summary: String {
        let count = report.countsBySeverity.values.reduce(0, +)
        let bySeverity = Severity.allCases.reversed().compactMap { severity in
            report.countsBySeverity[severity].map { "\($0) \(severity.rawValue)" }
        }
        let findings =
            count == 0
            ? "no findings" : "\(count) finding\(count == 1 ? "" : "s") (\(bySeverity.joined(separator: ", ")))"
        let verdict = report.decision == .allow ? "allowed" : "refused"
        let risk = "risk \(report.riskScore.value) of 100 (\(report.riskLevel.rawValue))"
        return "\(name): \(findings), \(risk); \(palette.bold(verdict)) by the policy “\(report.policy)”"
    }
}
