import Foundation
import Testing

@testable import sandmartin

@Suite struct SettingsTests {
    private let machine = Machine(processors: 4, isRoot: true, homeDirectory: "/root", standardErrorIsTerminal: false)

    @Test func everyKeyIsThereOnceAndGivesAnEnvironmentName() {
        let keys = Settings.all.map(\.key)
        #expect(Set(keys).count == keys.count)
        for key in keys { #expect(key.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil, "\(key)") }
    }

    @Test func everyFixedDefaultIsAValueOfItsSetting() throws {
        for setting in Settings.all where !setting.standardText.contains(where: { $0 == " " || $0 == "`" }) {
            try setting.check(setting.standardText)
        }
    }

    /// A declaration that nothing reads would be a promise that nobody keeps.
    @Test func everySettingIsReadAndItsValueChecked() throws {
        // Of these two any text is a value.
        let open = [Settings.host.key, Settings.restrictedCommands.key]
        for setting in Settings.all where !open.contains(setting.key) {
            let error = #expect(throws: ConfigurationError.self, "\(setting.key)") {
                try Configuration(
                    ConfigurationSources(
                        options: [], environment: [setting.environmentName: "not a value"], machine: machine))
            }
            #expect(error?.origin == .environment(name: setting.environmentName))
            #expect(error?.key == setting.key)
            let shown = setting.isSecret ? "" : ", not “not a value”"
            #expect(error?.problem == "must be \(setting.form)" + shown)
        }
    }

    @Test func theManualHoldsTheTable() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let manual = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
        let table = ConfigurationTable(settings: Settings.all).description
        #expect(
            manual.contains("\n\n\(table)\n\n"),
            "docs/configuration.md is out of date: put the output of `sandmartin configuration-table` there")
    }

    @Test func aSecretIsNotShown() throws {
        let setting = Setting("port", .count(1...10), .fixed("1"), secret: true, "")
        let sources = try ConfigurationSources(options: [], environment: ["PORT": "hunter2"], machine: machine)
        let error = #expect(throws: ConfigurationError.self) { try sources.value(setting) }
        #expect(error?.description == "environment variable PORT must be a whole number, 1 to 10")
    }

    @Test(
        arguments: [
            ("max_memry_mb", "max_memory_mb"), ("prot", "port"), ("timeout", nil), ("MAX_PROCESES", "max_processes"),
            ("zzz", nil),
        ] as [(String, String?)])
    func theNearestNameIsFoundOrNone(_ text: String, _ nearest: String?) {
        #expect(NearestName(names: Settings.all.map(\.key)).nearest(to: text.lowercased()) == nearest)
    }
}
