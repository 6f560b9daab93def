import Interception
import Isolation
import Sessions

@testable import Languages

extension IsolationReport {
    static let sample = IsolationReport(
        level: .namespaces,
        layers: [Layer(name: "seccomp", state: "enforced"), Layer(name: "cgroup", state: "v2")])
}

extension LimitPolicy {
    static let sample = LimitPolicy(
        standard: Limits(
            wall: .seconds(10), cpu: .seconds(10), memory: .mebibytes(256), processes: 64, output: .mebibytes(1),
            disk: .mebibytes(64)),
        maximum: Limits(
            wall: .seconds(30), cpu: .seconds(30), memory: .mebibytes(512), processes: 128, output: .mebibytes(4),
            disk: .mebibytes(256)),
        compile: Limits(
            wall: .seconds(30), cpu: .seconds(30), memory: .mebibytes(1024), processes: 64, output: .mebibytes(1),
            disk: .mebibytes(256)))
}

extension LanguageRegistry {
    /// The shipped languages; all are there but Rust.
    static func sample() throws -> LanguageRegistry {
        LanguageRegistry(
            entries: try LanguageCatalog().languages.map { language in
                guard language.name != "rust" else {
                    return Entry(language: language, missing: ToolchainMissing(reason: "rustc is missing."))
                }
                return Entry(
                    language: language,
                    toolchain: Toolchain(executables: [:], mounts: [], version: "\(language.title) 1.0"))
            })
    }
}

extension Screening {
    /// Reads with one rule, which finds the text `forbidden` in any language. A request may choose between a policy that
    /// refuses it and one that refuses still more.
    static let sample = Screening(
        interceptor: Interceptor(rules: [
            Rule(
                id: RuleID("test.forbidden")!, languages: Set(SourceLanguage.allCases), category: .obfuscation,
                severity: .medium, cwe: CWE(number: 506), title: "Forbidden text", message: "Says forbidden.",
                recommendation: "Say something else.",
                matchers: [Matcher(kinds: [.str], names: [.exact("forbidden")])])
        ]),
        policies: PolicyChoice(
            standard: Policy(
                name: "standard", summary: "Refuses what is forbidden.", blockingScore: nil,
                blockingCategories: [.obfuscation: .medium], blocksIncompleteAnalysis: false,
                overrides: [RuleID("test.forbidden")!: .init(action: .block)]),
            others: [
                Policy(
                    name: "strict", summary: "Refuses more.", blockingScore: 1,
                    blockingCategories: [.obfuscation: .low], blocksIncompleteAnalysis: true)
            ]),
        restrictedCommands: ["shutdown"], maximumCommand: 100)
}
