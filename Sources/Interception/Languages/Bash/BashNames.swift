/// Variables of a program whose value is the same wherever they are set.
struct BashNames {
    /// Nil for a variable with several values, or one that is not known.
    private var values: [String: String?] = [:]

    /// What a shell sets by itself, where the value matters for what runs.
    private static let builtIn = ["IFS": " ", "SHELL": "/bin/bash", "BASH": "/bin/bash", "HOME": "~"]

    /// Reads all assignments of a tree. A value may use variables that are set before it.
    init(_ tree: SyntaxTree) {
        let walk = SyntaxWalk(tree.root(BashSyntax.self), budget: tree.budget)
        while let node = walk.next() {
            guard node.kind == .variableAssignment, let name = node[.name] else { continue }
            assign(tree.source.text(name), text(of: node, in: tree))
        }
    }

    private func text(of assignment: BashNode, in tree: SyntaxTree) -> String? {
        guard let value = assignment[.value] else { return "" }
        return BashConstants(source: tree.source, names: self, budget: tree.budget).text(of: value)
    }

    private mutating func assign(_ name: String, _ value: String?) {
        guard let known = values[name] else {
            values[name] = .some(value)
            return
        }
        if known != value { values[name] = .some(nil) }
    }

    /// The one value of a variable; nil when there is none that is known.
    func value(of name: String) -> String? { values[name] ?? Self.builtIn[name] }
}
