import Foundation
import Glibc
import Interception

/// Colours for a terminal; plain text for everything else.
struct Palette: Hashable, Sendable {
    let isColoured: Bool

    static let plain = Palette(isColoured: false)

    init(isColoured: Bool) { self.isColoured = isColoured }

    /// For one of our streams: colours if it is a terminal that has them and nobody asked for none (no-color.org).
    init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let isWanted = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        self.init(isColoured: isWanted && isatty(descriptor) == 1)
    }

    func bold(_ text: String) -> String { wrapped(text, "1") }
    func faint(_ text: String) -> String { wrapped(text, "2") }
    func good(_ text: String) -> String { wrapped(text, "32") }
    func bad(_ text: String) -> String { wrapped(text, "1;31") }

    func coloured(_ text: String, for severity: Severity) -> String {
        switch severity {
        case .critical, .high: wrapped(text, "1;31")
        case .medium: wrapped(text, "1;33")
        case .low: wrapped(text, "1;36")
        }
    }

    private func wrapped(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
