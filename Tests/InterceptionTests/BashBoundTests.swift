import Testing

@testable import Interception

/// Bash can say very much with very few characters; the analysis has bounds of its own for that.
@Suite struct BashBoundTests {
    private static let policy = Policy(
        name: "report", summary: "Reports.", blockingScore: nil, blockingCategories: [:],
        blocksIncompleteAnalysis: false)

    private func report(on code: String) async throws -> SecurityReport {
        await Interceptor(rules: try RuleCatalog().rules).analyze(code, language: .bash, policy: Self.policy)
    }

    @Test(arguments: [
        String(repeating: "$(echo ", count: 4000) + "sudo" + String(repeating: ")", count: 4000),
        String(repeating: "\"$(echo ", count: 2000) + "sudo" + String(repeating: ")\"", count: 2000),
        String(repeating: "{a,b}", count: 20_000) + " x",
        String(repeating: "env ", count: 20_000) + "ls",
        "a=" + String(repeating: "x", count: 60_000) + "\n" + String(repeating: "\"$a-\" x\n", count: 20_000),
        "a=xxxxxxxx\n"
            + (1...40).map { "a\($0)=$a\($0 == 1 ? "" : "\($0 - 1)")$a\($0 == 1 ? "" : "\($0 - 1)")" }.joined(
                separator: "\n"),
        String(repeating: "bash -c '", count: 1000),
        String(repeating: "x=y;", count: 50_000),
        String(repeating: "a|", count: 50_000) + "sh",
        String(repeating: "((", count: 20_000), String(repeating: "<<A ", count: 20_000),
    ])
    func shortProgramsThatMeanLongOnesEndAsAReport(code: String) async throws {
        let report = try await report(on: code)
        #expect(report.findings.count <= SecurityReport.maximumFindings)
    }

    @Test func aFewLevelsOfSubstitutionAreStillRead() async throws {
        let report = try await report(on: "$(echo $(echo $(echo sudo))) ls")
        #expect(report.findings.contains { $0.ruleID.text == "sh.privilege.escalation" })
    }
}
