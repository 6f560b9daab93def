/// Reads one node of a Rust program after the other.
struct RustReader {
    let names: RustNames
    let constants: RustConstants
    let loops: RustLoops
    private var source: SourceCode { names.source }
    private var tokens: RustTokens { RustTokens(constants: constants) }

    init(names: RustNames, constants: RustConstants, loops: RustLoops) {
        self.names = names
        self.constants = constants
        self.loops = loops
    }

    func read(_ node: RustNode, in walk: SyntaxWalk<RustSyntax>, into facts: inout FactCollector) {
        switch node.kind {
        case .useDeclaration:
            for use in RustUses(source: source).uses(of: node) {
                let path = RustPath.canonical(use.path) + (use.isWildcard ? "::*" : "")
                facts.add(.import, path, at: node.range)
            }
        case .callExpression: call(node, in: walk, into: &facts)
        case .scopedIdentifier, .identifier: reference(node, in: walk, into: &facts)
        case .macroInvocation: macro(node, into: &facts)
        case .tokenTree: for call in tokens.calls(in: node) { token(call, into: &facts) }
        case .attribute: attribute(node, into: &facts)
        case .unsafeBlock: facts.add(.unsafeBlock, at: node.range)
        case .foreignModule: facts.add(.externC, at: node.range)
        case .stringLiteral, .rawString: literal(node, into: &facts)
        case .binaryExpression:
            if walk.parent?.kind != .binaryExpression, let text = constants.value(of: node)?.text {
                facts.add(text: text, at: node.range)
            }
        case .loopExpression, .whileExpression: loops.add(node, to: &facts)
        default: break
        }
    }

    private func call(_ node: RustNode, in walk: SyntaxWalk<RustSyntax>, into facts: inout FactCollector) {
        guard let function = node[.function] else { return }
        lazy var arguments = (node[.arguments]?.namedChildren(limit: 64) ?? []).map {
            Fact.Argument(value: constants.value(of: $0), range: $0.range)
        }
        let names = names.names(of: function)
        for name in names { facts.add(.call, name, at: node.range, arguments: arguments) }
        guard names.contains("std::process::Command::new") else { return }
        guard let program = arguments.first?.value else { return }
        let words: [Constant?] = [program] + chainedArguments(behind: node, in: walk)
        facts.embed(.bash, ShellWords.command(words), at: node.range)
    }

    /// The arguments of `.arg(…)` and `.args([…])` in the chain of calls that begins with a command.
    private func chainedArguments(behind node: RustNode, in walk: SyntaxWalk<RustSyntax>) -> [Constant?] {
        var words: [Constant?] = []
        var method = ""
        for ancestor in walk.ancestors {
            if ancestor.kind == .fieldExpression, let field = ancestor[.field] {
                method = source.text(field)
            } else if ancestor.kind == .callExpression {
                guard let argument = ancestor[.arguments]?.firstNamedChild else { continue }
                let value = constants.value(of: argument)
                if method == "arg" { words.append(value) }
                guard method == "args" else { continue }
                if case .list(let elements)? = value { words += elements } else { words.append(nil) }
            } else {
                break
            }
        }
        return words
    }

    /// A function that is named without a call is handed on.
    private func reference(_ node: RustNode, in walk: SyntaxWalk<RustSyntax>, into facts: inout FactCollector) {
        switch walk.parent?.kind {
        case .arguments, .letDeclaration, .arrayExpression, .referenceExpression, .fieldInitializer, .parenthesized:
            break
        default: return
        }
        // A bare name is a variable, unless it is imported.
        for name in names.names(of: node) where name.utf8.contains(UInt8(ascii: ":")) {
            facts.add(.ref, name, at: node.range)
        }
    }

    private func macro(_ node: RustNode, into facts: inout FactCollector) {
        guard let name = node[.macro], let group = node.lastNamedChild, group.kind == .tokenTree else { return }
        add(macro: source.text(name), group: group, at: node.range, into: &facts)
        if let text = constants.value(of: node)?.text { facts.add(text: text, at: node.range) }
    }

    private func add(macro path: String, group: RustNode, at range: Range<Int>, into facts: inout FactCollector) {
        let name = path.split(separator: ":").last.map(String.init) ?? path
        facts.add(.macro, name, at: range, arguments: tokens.arguments(of: group, depth: 0))
    }

    private func token(_ call: RustTokens.Call, into facts: inout FactCollector) {
        if call.isMacro { return add(macro: call.path, group: call.group, at: call.range, into: &facts) }
        let arguments = tokens.arguments(of: call.group, depth: 0)
        for name in call.isMethod ? ["?." + call.path] : names.names(of: call.path) {
            facts.add(.call, name, at: call.range, arguments: arguments)
        }
    }

    private func attribute(_ node: RustNode, into facts: inout FactCollector) {
        guard let path = node.firstNamedChild else { return }
        if let group = node[.arguments] {
            let name = source.text(path)
            let inner = source.text(group).filter { !$0.isWhitespace }
            let arguments = inner.dropFirst().dropLast().split(separator: ",").map {
                Fact.Argument(value: .text(String($0)), range: group.range)
            }
            facts.add(.attr, name == "unsafe" ? name + inner : name, at: node.range, arguments: arguments)
        } else {
            let value = node[.value]
            let argument = value.map { Fact.Argument(value: constants.value(of: $0), range: $0.range) }
            facts.add(.attr, source.text(path), at: node.range, arguments: argument.map { [$0] } ?? [])
        }
    }

    private func literal(_ node: RustNode, into facts: inout FactCollector) {
        if let text = constants.value(of: node)?.text { facts.add(text: text, at: node.range) }
        if NumericEscapes.areMany(in: source.text(node)) { facts.add(.hexEscapes, at: node.range) }
    }
}
