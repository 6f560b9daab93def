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

    @Test func aRefusalSaysWhereWhyAndWhatInstead() async throws {
        let fixture = try InterceptorFixture()
        let refused = try await fixture.report(on: "import os\nos.system('ls')", .python)
        #expect(refused.decision == .block)
        let reason = try #require(refused.reason)
        #expect(reason.hasPrefix("the policy “standard” refuses the program: line 2, py.process.os-system: Hands "))
        let finding = try #require(refused.findings.first { $0.ruleID.text == "py.process.os-system" })
        #expect(reason.contains("\(finding.message) \(finding.recommendation)"))
        #expect(try await fixture.report(on: "print(1)", .python).reason == nil)
        #expect(try await fixture.report(on: "import os\nos.system('ls')", .python, policy: "permissive").reason == nil)
    }

    @Test func sourcesOfOneProgramAreOneReport() async throws {
        let sources = [
            ProgramSource(language: .python, bytes: Array("print(1)".utf8)),
            ProgramSource(file: "a/run.sh", language: .bash, bytes: Array("ls\nsudo ls".utf8)),
            ProgramSource(file: "main.lua", language: nil, bytes: [0x20]),
        ]
        let fixture = try InterceptorFixture()
        let policy = try #require(fixture.policies.first { $0.name == "standard" })
        let report = await fixture.interceptor.analyze(sources, policy: policy)
        #expect(report.findings.map(\.file) == ["a/run.sh", "main.lua"])
        #expect(report.findings.map(\.ruleID.text) == ["sh.privilege.escalation", "analysis.incomplete.language"])
        #expect(report.reason?.contains(": a/run.sh, line 2, sh.privilege.escalation: ") == true)
        #expect(!report.isComplete)
        #expect(await fixture.interceptor.analyze(Array(sources.prefix(1)), policy: policy).isComplete)
    }

    @Test func whatTheReasonSpeaksOfIsListed() async throws {
        let code = "import os\n" + String(repeating: "os.remove('a')\n", count: 700) + "os.system('ls')\n"
        var limits = AnalysisLimits.standard
        limits.deadline = .seconds(60)
        let report = try await InterceptorFixture(limits: limits).report(on: code, .python)
        #expect(report.decision == .block)
        #expect(report.findings.count == SecurityReport.maximumFindings)
        #expect(report.findings.last?.ruleID.text == "py.process.os-system")
    }

    @Test func aNameInAMessageTellsATerminalNothing() async throws {
        let rule = Rule(
            id: RuleID(builtIn: "test.any"), languages: [.python], category: .obfuscation, severity: .low,
            cwe: CWE(number: 1), title: "Any text", message: "Says {name}.", recommendation: "Say less.",
            matchers: [Matcher(kinds: [.str])])
        let fixture = try InterceptorFixture()
        let policy = try #require(fixture.policies.first)
        let report = await Interceptor(rules: [rule]).analyze(
            #"print('a\x1b[31m\u202eb')"#, language: .python, policy: policy)
        #expect(report.findings.map(\.message) == ["Says a␛[31m\u{FFFD}b."])
    }

    @Test func moreFindingsThanAReportListsAreCounted() async throws {
        let code = "import os\n" + String(repeating: "os.remove('a')\n", count: 700)
        let report = try await InterceptorFixture().report(on: code, .python)
        #expect(report.findings.count == SecurityReport.maximumFindings)
        #expect(report.countsBySeverity == [.low: 700])
    }

    @Test func callersAreAnsweredWhileTheAnalystsAreMadeReady() async throws {
        let fixture = try InterceptorFixture(limits: AnalysisLimits(parallelism: 3))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { await fixture.interceptor.prepare() } }
            for _ in 0..<10 {
                group.addTask {
                    let report = try await fixture.report(on: "import os\nos.remove('a')", .python)
                    #expect(report.isComplete)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.report(on: "print(1)", .python).decision == .allow)
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
