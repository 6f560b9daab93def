/// A call or a `new`: what it calls, with which arguments, and which code it hands on.
struct JavaScriptCall {
    private let node: JavaScriptNode
    private let function: JavaScriptNode
    private let isNew: Bool
    private let names: JavaScriptNames
    private let name: String
    /// Most calls are of something that nobody asks about, and then their arguments are not looked at.
    private lazy var arguments = names.positional(node).map { argument in
        let value = names.elements(argument).map { Constant.list($0.map { names.fold($0) }) }
        return Fact.Argument(value: value ?? names.fold(argument), range: argument.range)
    }

    init?(_ node: JavaScriptNode, _ kind: JavaScriptSyntax.Kind, names: JavaScriptNames) {
        guard let function = node[.function] ?? node[.constructor] else { return nil }
        self.node = node
        self.function = function
        self.names = names
        isNew = kind == .newExpression
        name = names.resolve(function) ?? "?"
    }

    mutating func read(into facts: inout FactCollector) {
        facts.add(isNew ? .new : .call, name, at: node.range, arguments: arguments)
        if function.kind == .memberExpression, let method = function[.property].map(names.identifier) {
            facts.add(.method, method, at: node.range, arguments: arguments)
        }
        if !isNew, let text = names.foldText(node) { add(text, into: &facts) }
        guard Self.takers.contains(name) else { return }
        let first = arguments.first?.value?.text
        switch name {
        case "require", "import", "process.getBuiltinModule":
            if let first { facts.add(.import, JavaScriptNames.module(first), at: node.range) }
        case "child_process.exec", "child_process.execSync", "shelljs.exec", "execa.command":
            if let first { facts.embed(.bash, first, at: node.range) }
        case "child_process.spawn", "child_process.spawnSync", "child_process.execFile", "child_process.execFileSync",
            "execa":
            embedProgram(first, into: &facts)
        case "Function": if let body = arguments.last?.value?.text { facts.embed(.javascript, body, at: node.range) }
        case "eval", "vm.runInThisContext", "vm.runInNewContext", "vm.runInContext", "vm.Script", "setTimeout",
            "setInterval":
            if let first { facts.embed(.javascript, first, at: node.range) }
        default: break
        }
    }

    /// What a call makes of constants: a text that was hidden, if it took a decoder, and else one that was put together.
    private func add(_ text: String, into facts: inout FactCollector) {
        let call = names.source.text(node)
        if Self.decoders.contains(where: call.contains) {
            facts.add(.decoded, text, at: node.range)
        } else {
            facts.add(text: text, at: node.range)
        }
    }

    /// What `read` takes code or a module from.
    private static let takers: Set<String> = [
        "require", "import", "process.getBuiltinModule", "child_process.exec", "child_process.execSync", "shelljs.exec",
        "execa.command", "child_process.spawn", "child_process.spawnSync", "child_process.execFile",
        "child_process.execFileSync", "execa", "Function", "eval", "vm.runInThisContext", "vm.runInNewContext",
        "vm.runInContext", "vm.Script", "setTimeout", "setInterval",
    ]

    private static let decoders = ["atob", "Buffer", "unescape", "decodeURI", "fromChar", "fromCode", "reverse"]

    /// A program with its arguments in an array.
    private mutating func embedProgram(_ program: String?, into facts: inout FactCollector) {
        guard let program else { return }
        var words: [Constant?] = [.text(program)]
        if arguments.count > 1, case .list(let list)? = arguments[1].value { words += list }
        // With the option `shell` the program is a command itself.
        let isShell =
            arguments.count > 1 && arguments.last.map { names.source.text($0.range) }?.contains("shell") == true
        facts.embed(.bash, isShell ? program : ShellWords.command(words), at: node.range)
    }
}
