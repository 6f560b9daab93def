/// A pattern as a tree.
indirect enum PatternExpression: Sendable {
    case empty
    case bytes(ByteSet)
    case assertion(Assertion)
    case sequence([PatternExpression])
    case alternatives([PatternExpression])
    /// `most` nil means without end.
    case repeated(PatternExpression, least: Int, most: Int?)

    /// What must hold between two bytes.
    enum Assertion: Sendable {
        case start
        case end
        case wordBoundary
        case notWordBoundary
    }
}
