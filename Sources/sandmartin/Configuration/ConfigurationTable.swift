/// The table of `docs/configuration.md`, made from the declarations so that it cannot drift.
struct ConfigurationTable: CustomStringConvertible {
    let settings: [any SettingDeclaration]

    var description: String {
        let head = ["| setting | environment | value | default | meaning |", "|---|---|---|---|---|"]
        let rows = settings.map { setting in
            let standard =
                setting.standardText.contains(" ") || setting.standardText.contains("`")
                ? setting.standardText : "`\(setting.standardText)`"
            return
                "| `\(setting.key)` | `\(setting.environmentName)` | \(setting.form) | \(standard) | \(setting.about) |"
        }
        return (head + rows).joined(separator: "\n")
    }
}
