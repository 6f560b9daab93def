import Interception

/// One line of a source with marks below the part that is meant.
///
/// A terminal shows what stands in the line, and obeys none of it: control characters become visible ones.
struct SourceExcerpt: Hashable, Sendable {
    let line: String
    /// Spaces, then carets.
    let marks: String

    /// Of a longer line only a part is shown, in columns.
    private static let width = 110

    /// Nil when the location is not in the source.
    init?(of lines: [[Unicode.Scalar]], at location: SourceLocation) {
        guard lines.indices.contains(location.line - 1) else { return nil }
        let scalars = lines[location.line - 1]
        let start = location.column - 1
        guard start >= 0, start <= scalars.count, !scalars.isEmpty else { return nil }
        let end = location.endLine == location.line ? min(location.endColumn - 1, scalars.count) : scalars.count
        // A place far to the right is brought near the left edge, with something before it.
        let first = start + 1 < Self.width ? 0 : start - Self.width / 4
        let last = min(scalars.count, first + Self.width)
        line =
            (first > 0 ? "…" : "") + String(String.UnicodeScalarView(scalars[first..<last].map(\.visible)))
            + (last < scalars.count ? "…" : "")
        let indent = start - first + (first > 0 ? 1 : 0)
        marks = String(repeating: " ", count: indent) + String(repeating: "^", count: max(1, min(end, last) - start))
    }

    /// The lines of a source, as locations count them.
    static func lines(of source: [UInt8]) -> [[Unicode.Scalar]] {
        source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            let line = $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0
            return Array(String(decoding: line, as: UTF8.self).unicodeScalars)
        }
    }
}
