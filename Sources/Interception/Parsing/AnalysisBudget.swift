/// What one analysis may still use: nodes to visit, and time. Everything that walks or folds spends from it.
final class AnalysisBudget {
    /// What was used up; nil while both are left.
    private(set) var exhausted: Exhaustion?
    private var nodes: Int
    private let deadline: ContinuousClock.Instant

    enum Exhaustion: Hashable, Sendable {
        case nodes
        case time
    }

    /// Looking at the clock costs more than a node does.
    private static let nodesBetweenLooks = 1024

    init(nodes: Int, deadline: ContinuousClock.Instant) {
        self.nodes = nodes
        self.deadline = deadline
    }

    /// Takes one node; false when nothing is left, then and ever after.
    func spend() -> Bool {
        guard exhausted == nil else { return false }
        nodes -= 1
        if nodes < 0 { exhausted = .nodes }
        if nodes % Self.nodesBetweenLooks == 0, isLate { exhausted = .time }
        return exhausted == nil
    }

    /// Takes the bytes of a text that was folded: a small program can make very many large ones.
    func spend(textOf bytes: Int) -> Bool {
        nodes -= bytes / Self.bytesOfNode
        return spend()
    }

    /// A node of a tree takes about as much memory as this much text and its place.
    private static let bytesOfNode = 32

    /// Looks at the clock.
    func checkTime() -> Bool {
        if exhausted == nil, isLate { exhausted = .time }
        return exhausted == nil
    }

    private var isLate: Bool { ContinuousClock.now >= deadline }
}
