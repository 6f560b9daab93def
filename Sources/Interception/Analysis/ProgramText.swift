/// A submitted program as people see it: lines, columns, and short pieces to show.
struct ProgramText {
    private let bytes: [UInt8]
    /// Offset at which each line begins.
    private let lineStarts: [Int]

    /// Most characters of a piece that is shown.
    private static let snippetLength = 200

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
        lineStarts = starts
    }

    /// Lines and columns of a range, as editors count them.
    func location(of range: Range<Int>) -> SourceLocation {
        let start = position(of: range.lowerBound)
        let end = position(of: range.upperBound)
        return SourceLocation(line: start.line, column: start.column, endLine: end.line, endColumn: end.column)
    }

    /// The first line of a range, at most 200 characters; control characters are made visible.
    func snippet(of range: Range<Int>) -> String {
        let text = bytes[range.clamped(to: 0..<bytes.count)].prefix(Self.snippetLength * 4)
        let line = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        var shown = ""
        var length = 0
        for scalar in String(decoding: line, as: UTF8.self).unicodeScalars {
            guard length < Self.snippetLength else { break }
            shown.unicodeScalars.append(scalar.visible)
            length += 1
        }
        return length < Self.snippetLength && line.count == range.count ? shown : shown + "…"
    }

    private func position(of offset: Int) -> (line: Int, column: Int) {
        let offset = min(offset, bytes.count)
        var (low, high) = (0, lineStarts.count)
        while low < high {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        let line = bytes[lineStarts[low - 1]..<offset]
        // A code point begins at every byte that does not continue one.
        return (low, 1 + line.count { $0 & 0xC0 != 0x80 })
    }
}
