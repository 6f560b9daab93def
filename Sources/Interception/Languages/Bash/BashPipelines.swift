/// Pipelines: what runs into what, and commands that a text is piped into.
struct BashPipelines {
    let constants: BashConstants

    /// Notes a pipeline, and the commands that its constant text becomes in a shell at the end of it.
    func add(_ node: BashNode, to facts: inout FactCollector) {
        let commands = node.namedChildren(limit: 64).map(words)
        let text = commands.map { words in
            words.map { $0.text ?? "?" }.joined(separator: " ")
        }.joined(separator: " | ")
        facts.add(.pipe, text, at: node.range)
        for (index, words) in commands.enumerated() where index > 0 {
            guard let name = words.first?.text, BashCommands.shells.contains(name) else { continue }
            guard let code = BashOutput(constants: constants).output(of: Array(commands[..<index])) else {
                continue
            }
            facts.embed(.bash, code, at: node.range)
        }
    }

    /// The words of one command of a pipeline, without wrappers and folders.
    private func words(of node: BashNode) -> [BashWord] {
        var node = node
        while let inner = node.firstNamedChild,
            node.kind == .redirectedStatement || node.kind == .subshell || node.kind == .compoundStatement
        {
            node = inner
        }
        guard node.kind == .command else { return [BashWord(text: nil, range: node.range)] }
        return Self.unwrapped(BashCommandNode(node, constants: constants).words)
    }

    /// The command at the inside of wrappers, named without its folder.
    static func unwrapped(_ words: [BashWord]) -> [BashWord] {
        var words = words[...]
        for _ in 0..<8 {
            guard let name = words.first.flatMap(BashCommands.name) else { break }
            guard let wrapper = BashWrapper.named(name) else {
                return [BashWord(text: name, range: words[words.startIndex].range)] + words.dropFirst()
            }
            let inner = wrapper.inner(of: words.dropFirst()).command
            guard !inner.isEmpty else { break }
            words = inner
        }
        return Array(words)
    }
}
