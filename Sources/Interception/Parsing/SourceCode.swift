/// The bytes that a parser reads, and where they were in what was submitted.
final class SourceCode {
    let bytes: [UInt8]
    /// Whether it has no byte beyond ASCII.
    let isASCII: Bool
    /// Where bytes were left out: at which offset of `bytes`, and how many in all up to there.
    private let omissions: [(offset: Int, total: Int)]

    /// Takes the bytes without some ranges of them, which must be in order and apart.
    init(_ submitted: [UInt8], without ranges: [Range<Int>] = []) {
        guard !ranges.isEmpty else {
            bytes = submitted
            isASCII = submitted.allSatisfy { $0 < 0x80 }
            omissions = []
            return
        }
        var kept: [UInt8] = []
        kept.reserveCapacity(submitted.count)
        var omissions: [(offset: Int, total: Int)] = []
        var position = 0
        for range in ranges {
            kept += submitted[position..<range.lowerBound]
            omissions.append((kept.count, (omissions.last?.total ?? 0) + range.count))
            position = range.upperBound
        }
        bytes = kept + submitted[position...]
        isASCII = bytes.allSatisfy { $0 < 0x80 }
        self.omissions = omissions
    }

    /// The text of a range; what is not UTF-8 becomes the replacement character.
    func text(_ range: Range<Int>) -> String {
        bytes.withUnsafeBufferPointer { String(decoding: $0[range.clamped(to: 0..<$0.count)], as: UTF8.self) }
    }

    /// The text of a node.
    func text<S>(_ node: SyntaxNode<S>) -> String { text(node.range) }

    /// The bytes of a node.
    func bytes<S>(of node: SyntaxNode<S>) -> ArraySlice<UInt8> { bytes[node.range.clamped(to: 0..<bytes.count)] }

    /// The range in what was submitted.
    func submitted(_ range: Range<Int>) -> Range<Int> { submitted(range.lowerBound)..<submitted(range.upperBound) }

    private func submitted(_ offset: Int) -> Int {
        guard !omissions.isEmpty else { return offset }
        var (low, high) = (0, omissions.count)
        while low < high {
            let middle = (low + high) / 2
            if omissions[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        return offset + (low == 0 ? 0 : omissions[low - 1].total)
    }
}
