import CTreeSitterBash

/// Reads facts out of a Bash program, or out of commands that a program of any language hands to a shell.
enum BashFrontend: LanguageFrontend {
    static let language = SourceLanguage.bash
    static let grammar = Grammar(pointer: tree_sitter_bash())

    /// A backslash at the end of a line inside a word joins the lines, which the grammar does not know. Lines with a `#`
    /// stay as they are: behind a comment the next line begins a command.
    static func omissions(in source: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var hasComment = false
        for (offset, byte) in source.enumerated() {
            if byte == UInt8(ascii: "\n") { hasComment = false }
            if byte == UInt8(ascii: "#") { hasComment = true }
            guard byte == UInt8(ascii: "\\"), !hasComment, offset > 0, offset + 2 < source.count,
                source[offset + 1] == UInt8(ascii: "\n"), isInWord(source[offset - 1]), isInWord(source[offset + 2])
            else { continue }
            ranges.append(offset..<offset + 2)
        }
        return ranges
    }

    private static func isInWord(_ byte: UInt8) -> Bool { ByteSet.word.contains(byte) || "/.-'\"$".utf8.contains(byte) }

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
        let constants = BashConstants(source: tree.source, names: BashNames(tree), budget: tree.budget)
        let reader = BashReader(
            constants: constants, source: tree.source, loops: BashLoops(source: tree.source, budget: tree.budget))
        let walk = SyntaxWalk(tree.root(BashSyntax.self), budget: tree.budget)
        while let node = walk.next() { reader.read(node, into: &facts) }
    }
}

/// Reads one node after the other.
private struct BashReader {
    let constants: BashConstants
    let source: SourceCode
    let loops: BashLoops

    func read(_ node: BashNode, into facts: inout FactCollector) {
        switch node.kind {
        case .command: command(node, into: &facts)
        case .variableAssignment: assignment(node, into: &facts)
        case .declarationCommand, .unsetCommand: declaration(node, into: &facts)
        case .fileRedirect: redirect(node, into: &facts)
        case .redirectedStatement: redirected(node, into: &facts)
        case .heredocBody: facts.add(text: source.text(node), at: node.range)
        case .pipeline: BashPipelines(constants: constants).add(node, to: &facts)
        case .functionDefinition: loops.addFunction(node, to: &facts)
        case .whileStatement: loops.addLoop(node, to: &facts)
        case .cStyleFor: loops.addCounting(node, to: &facts)
        case .error: unreadable(node, into: &facts)
        default: break
        }
    }

    private func command(_ node: BashNode, into facts: inout FactCollector) {
        let command = BashCommandNode(node, constants: constants)
        for word in command.words.dropFirst() { if let text = word.text { facts.add(text: text, at: word.range) } }
        if command.words.count > 1, let name = node[.name], source.bytes(of: name).contains(UInt8(ascii: "{")) {
            facts.add(.braceCommand, at: node.range)
        }
        var commands = BashCommands(range: node.range)
        commands.add(command.words, to: &facts)
        guard !command.herestrings.isEmpty || command.processSubstitutions > 0, isShell(command.words) else { return }
        for herestring in command.herestrings { embed(herestring.firstNamedChild, at: node.range, into: &facts) }
        if command.processSubstitutions > 0 { facts.add(.shellDynamic, at: node.range) }
    }

    private func isShell(_ words: [BashWord]) -> Bool {
        guard let name = BashPipelines.unwrapped(words).first?.text else { return false }
        return BashCommands.shells.contains(name) || name == "source" || name == "."
    }

    private func embed(_ word: BashNode?, at range: Range<Int>, into facts: inout FactCollector) {
        guard let word else { return }
        if let code = constants.text(of: word) {
            facts.embed(.bash, code, at: range)
        } else {
            facts.add(.shellDynamic, at: range)
        }
    }

    private func assignment(_ node: BashNode, into facts: inout FactCollector) {
        guard let name = node[.name] else { return }
        let value = node[.value]
        let text = value.flatMap { constants.text(of: $0) }
        if let text, let value { facts.add(text: text, at: value.range) }
        let argument = Fact.Argument(value: text.map(Constant.text), range: (value ?? node).range)
        facts.add(.assign, source.text(name), at: node.range, arguments: [argument])
    }

    private func declaration(_ node: BashNode, into facts: inout FactCollector) {
        guard let keyword = node.firstChild else { return }
        let words = node.namedChildren(limit: 1000).filter { $0.kind != .variableAssignment }.flatMap(constants.words)
        facts.add(.cmd, source.text(keyword), at: node.range, arguments: words.map(\.argument))
    }

    private func redirect(_ node: BashNode, into facts: inout FactCollector) {
        guard let destination = node[.destination] else { return }
        let text = constants.text(of: destination)
        let sign = node.children(limit: 4).first { !$0.isNamed }.map { source.text($0) } ?? ">"
        let argument = Fact.Argument(value: text.map(Constant.text), range: destination.range)
        facts.add(.redirect, sign, at: node.range, arguments: [argument])
        if let text { facts.add(text: text, at: destination.range) }
    }

    /// A here-document that goes to a shell, at once or through a pipe, is code.
    private func redirected(_ node: BashNode, into facts: inout FactCollector) {
        for redirect in node.children(limit: 64) where redirect.kind == .heredocRedirect {
            let parts = redirect.namedChildren(limit: 64)
            guard let body = parts.first(where: { $0.kind == .heredocBody }) else { continue }
            var readers = parts.flatMap { $0.kind == .pipeline ? $0.namedChildren(limit: 64) : [$0] }
            if let command = node[.body] { readers.append(command) }
            let goesToShell = readers.contains { reader in
                reader.kind == .command && isShell(BashCommandNode(reader, constants: constants).words)
            }
            if goesToShell { facts.embed(.bash, source.text(body), at: node.range) }
        }
    }

    /// What the grammar does not understand and a shell does: commands in braces (`{cat,file}`, `{su,}do`).
    private func unreadable(_ node: BashNode, into facts: inout FactCollector) {
        let text = source.text(node)
        guard text.utf8.count <= Folding.textLength else { return }
        facts.add(text: text, at: node.range)
        for command in text.split(whereSeparator: { ";|&\n".contains($0) }).prefix(64) where command.contains("{") {
            let words = command.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, BashBraces.expand(first, limit: 64) != nil else { continue }
            let expanded = words.flatMap { BashBraces.expand($0, limit: 64) ?? [$0] }
            facts.add(.braceCommand, at: node.range)
            var commands = BashCommands(range: node.range)
            commands.add(expanded.map { BashWord(text: $0, range: node.range) }, to: &facts)
        }
    }
}
