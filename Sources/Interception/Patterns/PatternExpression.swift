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

    /// About how many states it needs, counted up to a limit.
    func size(limit: Int) -> Int {
        switch self {
        case .empty: 0
        case .bytes, .assertion: 1
        case .sequence(let list), .alternatives(let list):
            list.reduce(list.count * 2) { $0 >= limit ? limit : $0 + $1.size(limit: limit) }
        case .repeated(let item, let least, let most):
            min(limit, (item.size(limit: limit) + 2) * max(1, most ?? least + 1))
        }
    }
}
