/// A command of the tree, taken apart.
struct BashCommandNode {
    /// The name and the arguments, expanded.
    let words: [BashWord]
    let assignments: [BashNode]
    let herestrings: [BashNode]
    let processSubstitutions: Int

    /// Arguments of one command that are looked at; the kernel allows more, no person writes more.
    private static let maximumChildren = 4096

    init(_ node: BashNode, constants: BashConstants) {
        var words: [BashWord] = []
        var assignments: [BashNode] = []
        var herestrings: [BashNode] = []
        var processSubstitutions = 0
        for child in node.children.prefix(Self.maximumChildren) {
            switch child.kind {
            case .variableAssignment: assignments.append(child)
            case .fileRedirect, .heredocRedirect, .comment: break
            case .herestringRedirect: herestrings.append(child)
            default:
                if child.kind == .processSubstitution { processSubstitutions += 1 }
                if let word = constants.plainWord(child) {
                    words.append(word)
                } else {
                    words += constants.words(of: child)
                }
            }
        }
        self.words = words
        self.assignments = assignments
        self.herestrings = herestrings
        self.processSubstitutions = processSubstitutions
    }
}
