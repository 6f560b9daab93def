/// What was found in one source of a program.
struct ProgramPart: Sendable {
    /// Path of a file beside the code; nil for the code itself.
    let file: String?
    var analysis: Analysis

    func findings(under policy: Policy) -> [Finding] {
        let findings =
            analysis.gaps.map { $0.finding(in: analysis.language, under: policy) }
            + analysis.matches.compactMap { $0.finding(under: policy) }
        guard let file else { return findings }
        return findings.map { finding in
            var finding = finding
            finding.file = file
            return finding
        }
    }
}

extension SecurityReport {
    /// What a policy makes of a program's sources.
    init(on parts: [ProgramPart], duration: Duration, under policy: Policy) {
        let findings = parts.flatMap { $0.findings(under: policy) }
        let isComplete = parts.allSatisfy(\.analysis.gaps.isEmpty)
        let reason = policy.refusal(of: findings)
        self.init(
            decision: reason == nil ? .allow : .block, reason: reason, policy: policy.name,
            riskScore: RiskScore(of: findings), findings: Self.listed(findings),
            countsByCategory: Dictionary(findings.map { ($0.category, 1) }, uniquingKeysWith: +),
            countsBySeverity: Dictionary(findings.map { ($0.severity, 1) }, uniquingKeysWith: +),
            duration: duration, isComplete: isComplete)
    }

    /// The first ones, and among them always the one that the refusal speaks of.
    private static func listed(_ findings: [Finding]) -> [Finding] {
        let listed = Array(findings.prefix(maximumFindings))
        guard let decisive = findings.decisive, !listed.contains(decisive) else { return listed }
        return listed.dropLast() + [decisive]
    }
}

extension [Finding] {
    /// The most severe of those that refuse the program; of several the first.
    fileprivate var decisive: Finding? {
        var decisive: Finding?
        for finding in self where finding.isBlocking {
            if let severity = decisive?.severity, severity >= finding.severity { continue }
            decisive = finding
        }
        return decisive
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

    /// The name for a sentence: one line, at most 80 characters, control characters made visible.
    private var shownName: String {
        let line = name.prefix { !$0.isNewline }
        let isCut = line.count > 80 || line.endIndex < name.endIndex
        var shown = String.UnicodeScalarView()
        for scalar in (isCut ? line.prefix(79) : line).unicodeScalars { shown.append(scalar.visible) }
        return String(shown) + (isCut ? "…" : "")
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

    /// Whether findings of the rule, when they do not refuse by themselves, count for the score that does.
    func counts(_ id: RuleID, _ confidence: Confidence) -> Bool {
        confidence >= blockingConfidence && ![.report, .off].contains(overrides[id]?.action)
    }

    /// Why a program with these findings is refused: rule, place, and what to do instead. Nil when it is not.
    func refusal(of findings: [Finding]) -> String? {
        let begin = "the policy “\(name)” refuses the program: "
        if let decisive = findings.decisive {
            let others = findings.count(where: \.isBlocking) - 1
            let more =
                others == 0 ? "" : " (\(others) more \(others == 1 ? "finding refuses" : "findings refuse") it too)"
            let place = [decisive.file, "line \(decisive.location.line)"].compactMap(\.self).joined(separator: ", ")
            return begin + "\(place), \(decisive.ruleID): \(decisive.message) \(decisive.recommendation)\(more)"
        }
        let score = RiskScore(of: findings.filter { counts($0.ruleID, $0.confidence) })
        guard let least = blockingScore, score.value >= least else { return nil }
        return begin + "its risk score is \(score.value), and \(least) is refused"
    }
}
