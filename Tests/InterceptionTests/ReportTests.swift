import Testing

@testable import Interception

@Suite struct ReportTests {
    private func finding(_ code: String, _ rule: String, _ language: SourceLanguage = .python) async throws -> Finding {
        let report = try await InterceptorFixture().report(on: code, language)
        return try #require(report.findings.first { $0.ruleID.text == rule })
    }

    @Test func columnsCountCharacters() async throws {
        let location = try await finding("import os\nnaïve = '🦆'; os.system('ls')", "py.process.os-system").location
        #expect(location == SourceLocation(line: 2, column: 14, endLine: 2, endColumn: 29))
    }

    @Test func whatIsEmbeddedStandsWhereItIsHandedOn() async throws {
        let found = try await finding("import os\n\nos.system('sudo ls')", "sh.privilege.escalation")
        #expect(found.location == SourceLocation(line: 3, column: 1, endLine: 3, endColumn: 21))
        #expect(found.language == .bash)
        #expect(found.snippet == "os.system('sudo ls')")
    }

    @Test func splicedLinesKeepTheirPlaces() async throws {
        let found = try await finding("int main() {\n  sys\\\ntem(\"id\");\n}\n", "cpp.process.shell", .cpp)
        #expect(found.location == SourceLocation(line: 2, column: 3, endLine: 3, endColumn: 10))
    }

    @Test func snippetsAreOneShortLine() async throws {
        let long = String(repeating: "x", count: 500)
        let found = try await finding("import os\nos.system('\\x1b\u{1B}\u{202E}\(long)',\n1)", "py.process.os-system")
        #expect(found.snippet.unicodeScalars.count == 201)
        #expect(found.snippet.hasSuffix("…"))
        #expect(!found.snippet.unicodeScalars.contains("\u{1B}"))
        #expect(!found.snippet.unicodeScalars.contains("\u{202E}"))
    }

    @Test func aRuleCountsOnceInTheScore() async throws {
        let fixture = try InterceptorFixture()
        let once = try await fixture.report(on: "import os\nos.remove('a')", .python)
        let often = try await fixture.report(on: "import os\nos.remove('a')\nos.remove('b')", .python)
        #expect(once.riskScore.value == 2)
        #expect(often.riskScore == once.riskScore)
        #expect(often.findings.count == 2)
        #expect(often.countsBySeverity == [.low: 2])
        #expect(often.countsByCategory == [.fileSystem: 2])
        #expect(often.riskLevel == .low)
    }

    @Test func aRefusalSaysWhyInOneSentence() async throws {
        let fixture = try InterceptorFixture()
        let refused = try await fixture.report(on: "import os\nos.system('ls')", .python)
        #expect(refused.decision == .block)
        let reason = try #require(refused.reason)
        #expect(reason.hasPrefix("The policy “standard” refuses this program: line 2: "))
        #expect(try await fixture.report(on: "print(1)", .python).reason == nil)
        #expect(try await fixture.report(on: "import os\nos.system('ls')", .python, policy: "permissive").reason == nil)
    }

    @Test func moreFindingsThanAReportListsAreCounted() async throws {
        let code = "import os\n" + String(repeating: "os.remove('a')\n", count: 700)
        let report = try await InterceptorFixture().report(on: code, .python)
        #expect(report.findings.count == SecurityReport.maximumFindings)
        #expect(report.countsBySeverity == [.low: 700])
    }

    @Test func manyCallersAreAllAnswered() async throws {
        let fixture = try InterceptorFixture()
        let scores = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask { try await fixture.report(on: "import os\nos.remove('a')", .python).riskScore.value }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(scores == [Int](repeating: 2, count: 50))
    }
}
