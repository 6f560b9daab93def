/// What lasts of a shell from one command to the next: working directory, exported variables, umask.
///
/// Written by a session's own shell, and so by anybody in that session: bounded, checked for its frame, and otherwise
/// opaque. The frame is a word with a version, the working directory, the text that bash reads, and an end, each with a
/// NUL behind it.
package struct ShellState: Hashable, Sendable {
    package static let maximumSize = 256 << 10

    /// As it was written; what is stored.
    package let bytes: [UInt8]
    /// Absolute path inside. Bytes that are not UTF-8 are replaced.
    package let workingDirectory: String
    private let scriptRange: Range<Int>

    /// Nil for what is no complete state: nothing, a part, or something else.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.maximumSize else { return nil }
        let parts = bytes.split(separator: 0, maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, Array(parts[0]) == Self.beginning, Array(parts[3]) == Self.end, parts[4].isEmpty,
            parts[1].first == UInt8(ascii: "/"), parts[1].count <= 4096
        else { return nil }
        self.bytes = bytes
        workingDirectory = String(decoding: parts[1], as: UTF8.self)
        scriptRange = parts[2].startIndex..<parts[2].endIndex
    }

    /// What the next shell reads.
    var script: [UInt8] { Array(bytes[scriptRange]) }

    private static let beginning = Array("sandmartin 1".utf8)
    private static let end = Array("end".utf8)
}
