import Foundation

extension DoctorReport {
    /// Sections with one line for each check, and a last line that sums up.
    var text: String {
        var lines = ["sandmartin \(version)"]
        let width = checks.map(\.name.count).max() ?? 0
        for section in sections {
            lines += ["", section]
            for check in checks where check.section == section {
                let state = Self.padded(check.state.rawValue, 7)
                lines.append("  \(state)  \(Self.padded(check.name, width))  \(check.value)")
                if let fix = check.fix { lines.append("  \(Self.padded("fix", 7))  \(Self.padded("", width))  \(fix)") }
            }
        }
        let missing = checks.count { $0.state == .missing }
        lines += ["", missing == 0 ? "nothing is missing" : "\(missing) missing"]
        return lines.joined(separator: "\n")
    }

    /// The same as one JSON object, with keys in a fixed order.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    private var sections: [String] {
        var sections: [String] = []
        for check in checks where !sections.contains(check.section) { sections.append(check.section) }
        return sections
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
