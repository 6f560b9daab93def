/// What one analysis may still use: nodes to visit, and time. Everything that walks or folds spends from it.
final class AnalysisBudget {
    // Asked for each node; it is only ever touched by `spend` and `checkTime`, which call nothing that comes back.
    @exclusivity(unchecked) private var state: State
    private let deadline: ContinuousClock.Instant

    /// In one value, so that a walk asks for access to one thing for each node, and not to three.
    private struct State {
        var nodes: Int
        /// The clock is looked at when no more nodes than this are left.
        var nextLook: Int
        var exhausted: Exhaustion?
    }

    enum Exhaustion: Hashable, Sendable {
        case nodes
        case time
    }

    /// Looking at the clock costs more than a node does.
    private static let nodesBetweenLooks = 1024
    /// A node of a tree takes about as much memory as this much text and its place.
    private static let bytesOfNode = 32

    init(nodes: Int, deadline: ContinuousClock.Instant) {
        state = State(nodes: nodes, nextLook: nodes)
        self.deadline = deadline
    }

    /// What was used up; nil while both are left.
    var exhausted: Exhaustion? { state.exhausted }

    /// Takes one node; false when nothing is left, then and ever after.
    func spend() -> Bool { spend(1, of: &state) }

    /// Takes the bytes of a text that was folded: a small program can make very many large ones.
    func spend(textOf bytes: Int) -> Bool { spend(1 + bytes / Self.bytesOfNode, of: &state) }

    private func spend(_ nodes: Int, of state: inout State) -> Bool {
        guard state.exhausted == nil else { return false }
        state.nodes -= nodes
        if state.nodes < 0 { state.exhausted = .nodes }
        if state.nodes < state.nextLook {
            state.nextLook = state.nodes - Self.nodesBetweenLooks
            if isLate { state.exhausted = .time }
        }
        return state.exhausted == nil
    }

    /// Looks at the clock.
    func checkTime() -> Bool {
        if state.exhausted == nil, isLate { state.exhausted = .time }
        return state.exhausted == nil
    }

    private var isLate: Bool { ContinuousClock.now >= deadline }
}
