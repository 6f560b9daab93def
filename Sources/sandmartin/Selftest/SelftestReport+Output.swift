import Foundation

extension SelftestReport {
    /// For people: a line for each check below the title of its suite, and a last line that sums up.
    func text(_ palette: Palette) -> String {
        let server = [serverVersion.map { "sandmartin \($0)" }, isolation.map { "isolation \($0)" }].compactMap(\.self)
        var lines = ["sandmartin selftest \(version)", (["server  \(url)"] + server).joined(separator: ", ")]
        let width = suites.flatMap(\.results).map(\.name.count).max() ?? 0
        for suite in suites {
            lines += ["", suite.title]
            for result in suite.results {
                let state = Self.label(result.state, palette)
                lines.append("  \(state)  \(Self.padded(result.name, width))  \(result.detail)")
            }
        }
        return (lines + ["", summary]).joined(separator: "\n")
    }

    /// One line: “41 passed, 0 failed, 3 not available, in 5.2 s”.
    private var summary: String {
        "\(count(.passed)) passed, \(count(.failed)) failed, \(count(.notAvailable)) not available, "
            + "in \(String(format: "%.1f", seconds)) s"
    }

    private static func label(_ state: State, _ palette: Palette) -> String {
        switch state {
        case .passed: palette.good(padded("passed", 13))
        case .failed: palette.bad(padded("FAILED", 13))
        case .notAvailable: palette.faint(padded("not available", 13))
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// One JSON object, with keys in a fixed order.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// As JUnit writes it, which most systems for continuous integration read; what is not available counts as skipped.
    var junit: String {
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        let total = suites.reduce(0) { $0 + $1.results.count }
        lines.append(
            #"<testsuites name="sandmartin selftest" tests="\#(total)" failures="\#(count(.failed))" "#
                + #"skipped="\#(count(.notAvailable))" time="\#(Self.seconds(seconds))">"#)
        for suite in suites {
            let results = suite.results
            let time = results.reduce(0) { $0 + $1.seconds }
            lines.append(
                #"  <testsuite name="\#(Self.escaped(suite.title))" tests="\#(results.count)" "#
                    + #"failures="\#(results.count { $0.state == .failed })" "#
                    + #"skipped="\#(results.count { $0.state == .notAvailable })" time="\#(Self.seconds(time))">"#)
            lines += results.flatMap { Self.junit($0, in: suite.name) }
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>", ""]).joined(separator: "\n")
    }

    private static func junit(_ result: Result, in suite: String) -> [String] {
        let start =
            #"    <testcase classname="sandmartin.\#(suite)" name="\#(escaped(result.name))" "#
            + #"time="\#(seconds(result.seconds))""#
        let detail = escaped(result.detail)
        return switch result.state {
        case .passed: ["\(start)>", "      <system-out>\(detail)</system-out>", "    </testcase>"]
        case .failed: ["\(start)>", #"      <failure message="\#(detail)"/>"#, "    </testcase>"]
        case .notAvailable: ["\(start)>", #"      <skipped message="\#(detail)"/>"#, "    </testcase>"]
        }
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.3f", value) }

    /// As text or attribute of XML; a control character, which XML has no way to write, becomes a mark.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result += " "
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar.value >= 0xFFFE: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
