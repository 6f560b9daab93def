import HTTPTypes
import Sessions

/// Which bytes of a file are wanted (RFC 9110, section 14).
enum ByteRange: Hashable {
    case all
    case part(Range<Int>)
    case unsatisfiable

    /// Several ranges, other units and what is malformed count as none, as the standard allows.
    init(_ headers: HTTPFields, size: Int, tag: EntityTag) {
        self = .all
        guard let text = headers[.range], text.hasPrefix("bytes=") else { return }
        // Of another state of the file the range means nothing; a date tells the state too coarsely.
        if let condition = headers[.ifRange], EntityTag(header: condition) != tag { return }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return }
        let (first, last) = (Self.number(ends[0]), Self.number(ends[1]))
        switch (first, last) {
        case (let first?, let last?) where first <= last:
            self = first < size ? .part(first..<min(size, last == .max ? size : last + 1)) : .unsatisfiable
        case (let first?, nil) where ends[1].isEmpty: self = first < size ? .part(first..<size) : .unsatisfiable
        case (nil, let count?) where ends[0].isEmpty:
            self = count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        default: break
        }
    }

    /// Digits alone; more than fit are the largest number.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text) ?? .max
    }
}
