import Interception
import Isolation
import Languages
import Logging
import Sessions

extension LimitPolicy {
    static let sample = LimitPolicy(
        standard: Limits(
            wall: .seconds(10), cpu: .seconds(5), memory: .mebibytes(256), processes: 64, output: .mebibytes(1),
            disk: .mebibytes(64)),
        maximum: Limits(
            wall: .seconds(30), cpu: .seconds(12), memory: .mebibytes(512), processes: 128, output: .mebibytes(4),
            disk: .mebibytes(256)),
        compile: Limits(
            wall: .seconds(30), cpu: .seconds(30), memory: .mebibytes(1024), processes: 64, output: .mebibytes(1),
            disk: .mebibytes(128)))
}

extension LanguageRegistry {
    /// The shipped languages, all of them there.
    static func sample() throws -> LanguageRegistry {
        LanguageRegistry(
            entries: try LanguageCatalog().languages.map {
                Entry(language: $0, toolchain: Toolchain(executables: [:], mounts: [], version: "1"))
            })
    }
}

extension ExecutionRequest {
    /// Python, which is not compiled, or Rust, which is.
    static func sample(_ code: String, language: String = "python") throws -> ExecutionRequest {
        guard let entry = try LanguageRegistry.sample().language(named: language) else {
            throw InvalidRequest(field: "language", message: "There is no \(language).")
        }
        return ExecutionRequest(code: code, language: entry.language, limits: LimitPolicy.sample.standard)
    }
}

extension QueuedExecutionService {
    /// Those that belong to nobody in particular and are remembered, the newest first.
    func executions(limit: Int) async throws -> [any Execution] {
        try await runs(RunQuery(owner: .anonymous, limit: limit)).compactMap { execution($0.id, of: .anonymous) }
    }

    static func sample(
        _ sandboxes: ScriptedSandboxes, running: Int = 1, queued: Int = 8, screening: Screening = .sample(),
        _ change: (inout Configuration) -> Void = { _ in }
    ) throws -> QueuedExecutionService {
        var configuration = Configuration(maximumRunning: running, maximumQueued: queued)
        change(&configuration)
        return QueuedExecutionService(
            languages: try .sample(), limits: .sample, screening: screening, sandboxes: sandboxes,
            configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}

extension Screening {
    /// Reads with one rule, which finds the text `forbidden` in any language.
    static func sample(standard: Policy = .closed, others: [Policy] = []) -> Screening {
        Screening(
            interceptor: Interceptor(rules: [.forbidden]), policies: PolicyChoice(standard: standard, others: others))
    }
}

extension Rule {
    static let forbidden = Rule(
        id: RuleID("test.forbidden")!, languages: Set(SourceLanguage.allCases), category: .obfuscation,
        severity: .medium, cwe: CWE(number: 506), title: "Forbidden text", message: "Says forbidden.",
        recommendation: "Say something else.",
        matchers: [Matcher(kinds: [.str], names: [.exact("forbidden")])])
}

extension Policy {
    /// Refuses the text `forbidden`, and what could not be read.
    static let closed = Policy(
        name: "closed", summary: "Refuses.", blockingScore: nil, blockingCategories: [.obfuscation: .low],
        blocksIncompleteAnalysis: true)
    /// Refuses nothing.
    static let open = Policy(
        name: "open", summary: "Reports.", blockingScore: nil, blockingCategories: [:],
        blocksIncompleteAnalysis: false)
}
