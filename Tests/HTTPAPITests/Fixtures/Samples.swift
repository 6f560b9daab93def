import Interception
import Isolation
import LinuxKernel
import Sessions
import Testing

@testable import Languages

extension IsolationReport {
    static let sample = IsolationReport(
        level: .namespaces,
        layers: [Layer(name: "seccomp", state: "enforced"), Layer(name: "cgroup", state: "v2")])
}

extension Quota {
    static let sample = Quota(
        concurrentRuns: 4, sessions: 3, runsPerMinute: 60, cpuPerHour: .seconds(600), disk: .mebibytes(100))
}

extension MachineFacts {
    static let sample = MachineFacts(
        distribution: "Debian GNU/Linux 12", kernel: "6.12.1", architecture: "x86_64", hostname: "martin",
        processors: 4, booted: WallTime(milliseconds: 1_699_999_000_000))
}

extension MachineSample {
    static var sample: MachineSample {
        get throws {
            MachineSample(
                time: WallTime(milliseconds: 1_700_000_000_000), cpuPercent: 12.34,
                memory: try #require(
                    MemoryStatistics(
                        meminfo: "MemTotal: 1000 kB\nMemAvailable: 250 kB\nSwapTotal: 20 kB\nSwapFree: 10 kB\n")),
                load: try #require(LoadAverages(loadavg: "0.50 1.25 2.00 3/456 789")),
                disk: try DiskStatistics(path: "/"), processes: 99,
                pressure: ["cpu": try #require(PressureStall(pressure: "some avg10=1.50 avg60=0.00\n"))],
                server: try OwnProcess.current())
        }
    }
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
