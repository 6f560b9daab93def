import Interception
import Isolation
import Languages
import LinuxKernel
import Testing

@testable import Sessions

@Suite struct ScreeningTests {
    private func result(
        of request: ExecutionRequest, _ sandboxes: ScriptedSandboxes = ScriptedSandboxes(),
        screening: Screening = .sample()
    ) async throws -> ExecutionResult {
        try await QueuedExecutionService.sample(sandboxes, screening: screening).submit(request, by: .local).result()
    }

    @Test func aRefusedProgramTakesNoSandbox() async throws {
        let sandboxes = ScriptedSandboxes()
        let result = try await result(of: .sample("x = 1\nprint('forbidden')"), sandboxes)
        #expect(result.outcome == .blocked)
        #expect(!result.isSuccess)
        #expect(result.run == nil)
        #expect(sandboxes.all.isEmpty)
        let report = try #require(result.securityReport)
        #expect(report.decision == .block)
        #expect(report.findings.map(\.location.line) == [2])
        #expect(
            result.explanation
                == "the policy “closed” refuses the program: line 2, test.forbidden: Says forbidden. Say something else."
        )
    }

    @Test func anotherProgramRunsAndHasItsReport() async throws {
        let sandboxes = ScriptedSandboxes()
        let result = try await result(of: .sample("print('fine')"), sandboxes)
        #expect(result.outcome == .ok)
        #expect(result.securityReport?.decision == .allow)
        #expect(result.securityReport?.findings == [])
        #expect(sandboxes.all.count == 1)
    }

    @Test func thePolicyOfTheRequestDecides() async throws {
        var request = try ExecutionRequest.sample("print('forbidden')")
        request.policy = .open
        let reported = try await result(of: request)
        #expect(reported.outcome == .ok)
        #expect(reported.securityReport?.policy == "open")
        #expect(reported.securityReport?.findings.count == 1)
        request.policy = .closed
        #expect(try await result(of: request, screening: .sample(standard: .open)).outcome == .blocked)
    }

    @Test func aRefusedProgramNeedsNoSlot() async throws {
        let gate = Gate()
        let sandboxes = ScriptedSandboxes { _, _, _, _ in
            try await gate.pass()
            return RunResult(outcome: .ok)
        }
        let service = try QueuedExecutionService.sample(sandboxes, running: 1, queued: 2)
        let running = try await service.submit(.sample("1"), by: .local)
        let queued = try await service.submit(.sample("2"), by: .local)
        // Nothing is let through the gate before this has its answer.
        let refused = try await service.submit(.sample("print('forbidden')"), by: .local)
        #expect(await refused.result().outcome == .blocked)
        let load = await service.load()
        #expect((load.running, load.queued, load.total) == (1, 1, 3))
        gate.open(for: 2)
        #expect(await running.result().outcome == .ok)
        #expect(await queued.result().outcome == .ok)
    }

    @Test func aRefusedProgramIsRememberedAndTellsOnlyItsResult() async throws {
        let service = try QueuedExecutionService.sample(ScriptedSandboxes())
        var request = try ExecutionRequest.sample("print('forbidden')")
        request.streamsOutput = true
        let execution = try await service.submit(request, by: .local)
        var events: [ExecutionEvent] = []
        for await event in await execution.events() { events.append(event) }
        guard events.count == 1, case .result(let result) = events[0] else {
            Issue.record("\(events)")
            return
        }
        #expect(result.outcome == .blocked)
        #expect(await service.execution(execution.id, of: .anonymous)?.result(within: .zero)?.outcome == .blocked)
    }

    // MARK: What is read

    @Test func sourceFilesBesideTheCodeAreRead() async throws {
        var request = try ExecutionRequest.sample("import inner")
        request.files = [
            WorkspaceFile(path: try WorkspacePath("package/Inner.PY"), contents: Array("\nprint('forbidden')".utf8))
        ]
        let refused = try await result(of: request)
        #expect(refused.outcome == .blocked)
        #expect(refused.securityReport?.findings.map(\.file) == ["package/Inner.PY"])
        #expect(refused.explanation?.contains("package/Inner.PY, line 2, test.forbidden") == true)
    }

    @Test(arguments: ["data.txt", "py", "folder.py/data", ".py.txt"])
    func filesThatAreNoSourceTextAreData(_ path: String) async throws {
        var request = try ExecutionRequest.sample("print(1)")
        request.standardInput = Array("print('forbidden')".utf8)
        request.files = [WorkspaceFile(path: try WorkspacePath(path), contents: Array("print('forbidden')".utf8))]
        request.tests = [TestCase(name: "t", standardInput: Array("print('forbidden')".utf8))]
        let result = try await result(of: request)
        #expect(result.outcome == .ok)
        #expect(result.securityReport?.findings == [])
    }

    @Test func aLanguageThatIsNotReadIsIncomplete() async throws {
        var request = try ExecutionRequest.sample("print('fine')")
        request.language.name = "lua"
        let refused = try await QueuedExecutionService.sample(ScriptedSandboxes()).submit(request, by: .local).result()
        #expect(refused.outcome == .blocked)
        #expect(refused.securityReport?.isComplete == false)
        #expect(refused.securityReport?.findings.map(\.category) == [.incompleteAnalysis])
        request.policy = .open
        let reported = try await QueuedExecutionService.sample(ScriptedSandboxes()).submit(request, by: .local).result()
        #expect(reported.securityReport?.decision == .allow)
        #expect(reported.securityReport?.isComplete == false)
    }

    @Test func manySourcesTogetherHaveOneDeadline() async throws {
        let interceptor = Interceptor(
            rules: [.forbidden], limits: AnalysisLimits(deadline: .zero, parallelism: 1))
        let sources = (0..<3).map { ProgramSource(file: "\($0).py", language: .python, bytes: [UInt8(ascii: "1")]) }
        let report = await interceptor.analyze(sources, policy: .closed)
        #expect(report.decision == .block)
        #expect(report.findings.map(\.ruleID.text) == Array(repeating: "analysis.incomplete.time", count: 3))
        #expect(report.findings.map(\.file) == ["0.py", "1.py", "2.py"])
    }
}

@Suite struct PolicyChoiceTests {
    private func policy(
        _ name: String, score: Int? = nil, from severity: Severity? = nil, confidence: Confidence = .certain,
        incomplete: Bool = false, overrides: [RuleID: Policy.Override] = [:]
    ) -> Policy {
        Policy(
            name: name, summary: "", blockingScore: score,
            blockingCategories: severity.map { [.obfuscation: $0] } ?? [:], blockingConfidence: confidence,
            blocksIncompleteAnalysis: incomplete, overrides: overrides)
    }

    @Test func aRequestWithoutAPolicyHasTheOperators() throws {
        #expect(try PolicyChoice(standard: .closed).policy(named: nil) == .closed)
    }

    @Test func whatIsNotAllowedIsRefusedWithTheNamesOfThoseThatAre() throws {
        let choice = PolicyChoice(standard: .closed, others: [policy("a")])
        #expect(try choice.policy(named: "a").name == "a")
        #expect(try choice.policy(named: "closed") == .closed)
        let refusal = InvalidRequest(
            field: "policy", message: "policy must be one that this server allows: a, closed.")
        #expect(throws: refusal) { try choice.policy(named: "open") }
        #expect(throws: refusal) { try choice.policy(named: "") }
    }

    @Test func aPolicyIsStricterOnlyIfItRefusesEverythingThatTheOtherRefuses() {
        let id = Rule.forbidden.id
        let base = policy("base", score: 30, from: .medium)
        let stricter = [
            policy("score", score: 29, from: .medium), policy("category", score: 30, from: .low),
            policy("likely", score: 30, from: .medium, confidence: .likely),
            policy("incomplete", score: 30, from: .medium, incomplete: true),
            policy("rule", score: 30, overrides: [id: .init(action: .block)]),
        ]
        let weaker = [
            policy("score", score: 31, from: .medium), policy("no score", from: .medium),
            policy("category", score: 30, from: .high), policy("no category", score: 30),
            policy("rule", score: 30, from: .medium, overrides: [id: .init(action: .report)]),
            policy("off", score: 30, from: .medium, overrides: [id: .init(action: .off)]),
            policy("milder", score: 30, from: .medium, overrides: [id: .init(severity: .low)]),
        ]
        for policy in stricter { #expect(policy.isAtLeastAsStrict(as: base, for: [.forbidden]), "\(policy.name)") }
        for policy in weaker { #expect(!policy.isAtLeastAsStrict(as: base, for: [.forbidden]), "\(policy.name)") }
        #expect(!base.isAtLeastAsStrict(as: policy("incomplete", incomplete: true), for: []))
    }
}
