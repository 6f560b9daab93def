/// A pattern as a machine of states (Thompson 1968), which `PatternMatcher` runs.
struct PatternProgram: Sendable {
    enum State: Sendable {
        /// Takes one byte of the set and goes on with the next state.
        case bytes(ByteSet)
        /// Goes on with the next state where it holds.
        case assertion(PatternExpression.Assertion)
        /// Goes on with both states.
        case split(Int, Int)
        case jump(Int)
        case match
    }

    private(set) var states: [State] = []

    private static let maximumStates = 4_000

    init(_ text: String) throws(PatternError) {
        try append(try PatternParser.parse(text))
        states.append(.match)
    }

    private mutating func append(_ expression: PatternExpression) throws(PatternError) {
        guard states.count < Self.maximumStates else {
            throw PatternError(problem: "is too large", offset: 0)
        }
        switch expression {
        case .empty: break
        case .bytes(let set): states.append(.bytes(set))
        case .assertion(let assertion): states.append(.assertion(assertion))
        case .sequence(let list): for item in list { try append(item) }
        case .alternatives(let list): try append(alternatives: list)
        case .repeated(let item, let least, let most): try append(item, least: least, most: most)
        }
    }

    private mutating func append(alternatives list: [PatternExpression]) throws(PatternError) {
        var exits: [Int] = []
        for (index, item) in list.enumerated() {
            guard index < list.count - 1 else {
                try append(item)
                break
            }
            let split = states.count
            states.append(.split(split + 1, 0))
            try append(item)
            exits.append(states.count)
            states.append(.jump(0))
            states[split] = .split(split + 1, states.count)
        }
        for exit in exits { states[exit] = .jump(states.count) }
    }

    private mutating func append(_ item: PatternExpression, least: Int, most: Int?) throws(PatternError) {
        for _ in 0..<least { try append(item) }
        guard let most else {
            let split = states.count
            states.append(.split(split + 1, 0))
            try append(item)
            states.append(.jump(split))
            states[split] = .split(split + 1, states.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(states.count)
            states.append(.split(0, 0))
            try append(item)
        }
        for split in splits { states[split] = .split(split + 1, states.count) }
    }
}
