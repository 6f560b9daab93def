import Foundation
import Isolation
import Languages
import Testing

@testable import sandmartin

@Suite struct DoctorReportTests {
    private let languages: [Language]

    init() throws { languages = try LanguageCatalog().languages }

    private func registry(missing: Set<String> = []) -> LanguageRegistry {
        let toolchain = Toolchain(executables: [:], mounts: [], version: "version 1")
        return LanguageRegistry(
            entries: languages.map { language in
                missing.contains(language.name)
                    ? .init(language: language, missing: ToolchainMissing(reason: "not found"))
                    : .init(language: language, toolchain: toolchain)
            })
    }

    private func report(
        level: IsolationLevel? = .namespaces, minimum: IsolationLevel = .namespaces, missing: Set<String> = []
    ) -> DoctorReport {
        let layers = [
            IsolationReport.Layer(name: "seccomp", state: "enforced"),
            IsolationReport.Layer(name: "landlock", state: "unavailable"),
        ]
        let diagnosis = Diagnosis(
            isolation: level.map { IsolationReport(level: $0, layers: layers) },
            problem: level == nil ? "clone3: Operation not permitted" : nil,
            kernel: [.init("kernel", "release", .ok, "6.1.0")])
        return DoctorReport(
            diagnosis: diagnosis, minimum: minimum, languages: registry(missing: missing), screening: .sample)
    }

    @Test func aCompleteMachineMissesNothing() {
        let report = report()
        #expect(!report.isSomethingMissing)
        #expect(
            report.checks.prefix(3) == [
                .init("isolation", "level", .ok, "namespaces, required: namespaces"),
                .init("isolation", "seccomp", .ok, "enforced"),
                .init(
                    "isolation", "landlock", .note,
                    "unavailable; files are kept apart by mounts alone; Linux 5.13 with lsm=landlock adds this layer"),
            ])
        #expect(report.text.hasSuffix("\n\nnothing is missing"))
    }

    @Test func theAnalysisIsTold() {
        #expect(
            report().checks.filter { $0.section == "analysis" } == [
                .init("analysis", "rules", .ok, "1"),
                .init("analysis", "languages", .ok, "5: python, javascript, bash, cpp, rust"),
                .init("analysis", "policy", .ok, "closed; a request may name open"),
            ])
    }

    @Test func aMissingLanguageComesWithItsFix() {
        let report = report(missing: ["rust"])
        #expect(report.isSomethingMissing)
        #expect(
            report.checks.filter { $0.state == .missing } == [
                .init("languages", "rust", .missing, "not found", fix: "apt-get install rustc gcc")
            ])
        #expect(report.text.contains("apt-get install rustc gcc"))
        #expect(report.text.hasSuffix("\n\n1 missing"))
    }

    @Test func lessIsolationThanRequiredIsMissing() {
        let weak = report(level: .landlock)
        #expect(weak.isSomethingMissing)
        #expect(weak.checks[0].value == "landlock, required: namespaces")
        #expect(weak.checks[0].fix?.contains("user namespaces") == true)
        #expect(!report(level: .landlock, minimum: .landlock).isSomethingMissing)
    }

    @Test func withoutAnySandboxTheReasonIsTold() {
        let report = report(level: nil)
        #expect(report.checks[0].state == .missing)
        #expect(report.checks[0].value == "clone3: Operation not permitted")
    }

    @Test func aConfigurationThatCannotBeUsedIsMissing() {
        let report = DoctorReport(unusableConfiguration: "/x.yaml:1: colour is not a setting")
        #expect(report.isSomethingMissing)
        #expect(report.text.contains("/x.yaml:1: colour is not a setting"))
    }

    @Test func theJSONHoldsTheSameChecks() throws {
        let text = try report(missing: ["cpp"]).json()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let checks = try #require(object["checks"] as? [[String: String]])
        #expect(checks.count == 12)
        #expect(
            checks.contains([
                "section": "languages", "name": "cpp", "state": "missing", "value": "not found",
                "fix": "apt-get install g++",
            ]))
    }
}
