/// Folds words to what the shell makes of them: quotes, escapes, variables, braces, and substitutions that only print.
struct BashConstants {
    let source: SourceCode
    let names: BashNames
    let budget: AnalysisBudget
    /// How many substitutions the words stand in.
    private var nesting = 0

    private static let maximumNesting = 8

    /// Words inside words.
    private static let maximumDepth = 30
    private static let maximumNameLength = 1024
    /// Words that one brace expression makes.
    private static let maximumWords = 64

    init(source: SourceCode, names: BashNames, budget: AnalysisBudget) {
        self.source = source
        self.names = names
        self.budget = budget
    }

    /// The text of a word that the shell does not split; nil when it is not known.
    func text(of node: BashNode, depth: Int = 0) -> String? {
        joined(pieces(of: node, depth: depth))
    }

    /// The words that one argument becomes.
    func words(of node: BashNode) -> [BashWord] {
        let pieces = pieces(of: node, depth: 0)
        let hasWildcards = pieces.contains { !$0.isQuoted && Self.hasWildcards($0.text) }
        var words: [BashWord] = []
        for fields in split(pieces) {
            let text = joined(fields)
            let known = text == nil ? knownPart(of: fields) : nil
            let hasBraces = fields.contains { !$0.isQuoted && ($0.text ?? "").utf8.contains(UInt8(ascii: "{")) }
            guard hasBraces, let text, let expanded = BashBraces.expand(text, limit: Self.maximumWords) else {
                words.append(BashWord(text: text, knownPart: known, hasWildcards: hasWildcards, range: node.range))
                continue
            }
            words += expanded.map { BashWord(text: $0, hasWildcards: hasWildcards, range: node.range) }
        }
        return words
    }

    /// The word that an argument is if it means what it says, as most do; nil for others.
    func plainWord(_ node: BashNode) -> BashWord? {
        var inner = node
        if node.kind == .commandName, let only = node.firstChild, only.next == node.next { inner = only }
        guard inner.kind == .word || inner.kind == .number, inner.range.count <= Folding.textLength,
            !source.bytes(of: inner).contains(where: Self.special.contains),
            budget.spend(textOf: inner.range.count)
        else { return nil }
        return BashWord(text: source.text(inner), range: node.range)
    }

    private static let special = ByteSet(#"\*?[{"#.utf8)

    /// A name is looked for in it, and names are short.
    private func knownPart(of pieces: [BashPiece]) -> String {
        String(pieces.compactMap { $0.text?.prefix(Self.maximumNameLength) }.joined().prefix(Self.maximumNameLength))
    }

    private static func hasWildcards(_ text: String?) -> Bool {
        text?.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") } ?? false
    }

    private func joined(_ pieces: [BashPiece]) -> String? { Folding.join(pieces.map(\.text), budget: budget) }

    /// Splits at the blanks of the pieces that the shell splits.
    private func split(_ pieces: [BashPiece]) -> [[BashPiece]] {
        var words: [[BashPiece]] = []
        var current: [BashPiece] = []
        for piece in pieces {
            guard piece.splits, let text = piece.text, text.contains(where: \.isWhitespace) else {
                current.append(piece)
                continue
            }
            for (index, part) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace)
                .enumerated()
            {
                if index > 0 {
                    if !current.isEmpty { words.append(current) }
                    current = []
                }
                if !part.isEmpty { current.append(BashPiece(text: String(part))) }
            }
        }
        if !current.isEmpty { words.append(current) }
        return words
    }

    private func pieces(of node: BashNode, depth: Int) -> [BashPiece] {
        guard depth < Self.maximumDepth else { return [BashPiece()] }
        switch node.kind {
        case .word, .number, .variableName, .extglobPattern, .regex, .braceExpression:
            return [BashPiece(text: BashEscapes.unquoted(source.text(node)))]
        case .rawString:
            return [BashPiece(text: String(source.text(node).dropFirst().dropLast()), isQuoted: true)]
        case .ansiCString:
            let body = String(source.text(node).dropFirst(2).dropLast())
            return [BashPiece(text: Escapes.decoded(body[...]), isQuoted: true)]
        case .string:
            return [BashPiece(text: quoted(node, depth: depth), isQuoted: true)]
        case .translatedString:
            return node.firstNamedChild.map { pieces(of: $0, depth: depth + 1) } ?? [BashPiece()]
        case .concatenation, .commandName:
            return node.children(limit: 1000).flatMap { pieces(of: $0, depth: depth + 1) }
        case .simpleExpansion, .expansion:
            return [BashPiece(text: expansion(node, depth: depth), splits: true)]
        case .commandSubstitution:
            return [BashPiece(text: output(of: node), splits: true)]
        case .processSubstitution, .arithmeticExpansion:
            return [BashPiece()]
        default:
            return node.isNamed ? [BashPiece()] : [BashPiece(text: source.text(node))]
        }
    }

    /// The text between double quotes; blanks between expansions belong to no node.
    private func quoted(_ node: BashNode, depth: Int) -> String? {
        if let first = node.firstNamedChild, let text = plainContent(first, of: node) { return text }
        var text = ""
        var position = node.start + 1
        for child in node.namedChildren(limit: 1000) {
            text += source.text(position..<max(position, child.start))
            position = child.end
            if child.kind == .stringContent {
                text += BashEscapes.doubleQuoted(source.text(child))
            } else if let value = self.text(of: child, depth: depth + 1) {
                text += value
            } else {
                return nil
            }
            guard text.utf8.count <= Folding.textLength else { return nil }
        }
        return Folding.join([text, source.text(position..<max(position, node.end - 1))], budget: budget)
    }

    /// The text between double quotes if it means what it says; nil for others. `first` is the first child with a name.
    private func plainContent(_ first: BashNode, of node: BashNode) -> String? {
        let inside = node.start + 1..<max(node.start + 1, node.end - 1)
        guard first.kind == .stringContent, first.range == inside, inside.count <= Folding.textLength,
            !source.bytes(of: first).contains(UInt8(ascii: "\\")), budget.spend(textOf: inside.count)
        else { return nil }
        return source.text(inside)
    }

    private func output(of substitution: BashNode) -> String? {
        guard nesting < Self.maximumNesting else { return nil }
        var inner = self
        inner.nesting += 1
        return BashOutput(constants: inner).text(of: substitution)
    }

    private func expansion(_ node: BashNode, depth: Int) -> String? {
        let name = source.bytes(of: node).dropFirst()
        if node.kind == .simpleExpansion, let first = name.first, !ByteSet.digits.contains(first),
            name.allSatisfy(ByteSet.word.contains)
        {
            return names.value(of: String(decoding: name, as: UTF8.self))
        }
        return BashExpansion(source.text(node))?.value { names.value(of: $0) }
    }
}
