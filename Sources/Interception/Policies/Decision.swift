extension Analysis {
    /// What a policy makes of the analysis.
    func report(under policy: Policy) -> SecurityReport {
        let findings =
            gaps.map { $0.finding(in: language, under: policy) } + matches.compactMap { $0.finding(under: policy) }
        let score = RiskScore(of: findings)
        let reason = policy.refusal(of: findings, isComplete: gaps.isEmpty)
        return SecurityReport(
            decision: reason == nil ? .allow : .block, reason: reason, policy: policy.name, riskScore: score,
            findings: Array(findings.prefix(SecurityReport.maximumFindings)),
            countsByCategory: Dictionary(findings.map { ($0.category, 1) }, uniquingKeysWith: +),
            countsBySeverity: Dictionary(findings.map { ($0.severity, 1) }, uniquingKeysWith: +),
            duration: duration, isComplete: gaps.isEmpty)
    }
}

extension RuleMatch {
    /// The finding that a policy makes of it; nil when the policy has the rule switched off.
    func finding(under policy: Policy) -> Finding? {
        guard policy.overrides[rule.id]?.action != .off || rule.alwaysBlocks else { return nil }
        return Finding(
            ruleID: rule.id, category: rule.category, severity: policy.severity(of: rule), confidence: rule.confidence,
            cwe: rule.cwe, location: location, language: language, snippet: snippet, title: rule.title,
            message: rule.message.replacing("{name}", with: shownName),
            recommendation: rule.recommendation, isBlocking: policy.blocks(rule))
    }

    /// The name for a sentence: one line, at most 80 characters.
    private var shownName: String {
        let line = name.prefix { !$0.isNewline }
        return line.count > 80 || line.count < name.count ? line.prefix(79) + "…" : String(line)
    }
}

extension Policy {
    func severity(of rule: Rule) -> Severity { overrides[rule.id]?.severity ?? rule.severity }

    /// Whether one finding of the rule is enough to refuse a program.
    func blocks(_ rule: Rule) -> Bool {
        if rule.alwaysBlocks { return true }
        switch overrides[rule.id]?.action {
        case .block?: return true
        case .report?, .off?: return false
        case nil:
            guard rule.confidence >= blockingConfidence, let least = blockingCategories[rule.category] else {
                return false
            }
            return severity(of: rule) >= least
        }
    }

    /// One sentence of why a program with these findings is refused; nil when it is not.
    func refusal(of findings: [Finding], isComplete: Bool) -> String? {
        let blocking = findings.filter(\.isBlocking)
        if let worst = blocking.max(by: { $0.severity < $1.severity }) {
            let place = worst.category == .incompleteAnalysis ? "" : "line \(worst.location.line): "
            let others = blocking.count - 1
            let more = others == 0 ? "" : " (and \(others) more)"
            return "The policy “\(name)” refuses this program: \(place)\(worst.message)\(more)"
        }
        let counted = findings.filter { $0.confidence >= blockingConfidence && overrides[$0.ruleID]?.action != .report }
        let score = RiskScore(of: counted)
        guard let least = blockingScore, score.value >= least else { return nil }
        return "The policy “\(name)” refuses this program: its risk score is \(score.value), and \(least) is refused."
    }
}
