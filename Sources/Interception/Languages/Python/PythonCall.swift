/// A call: what it calls, with which arguments, and which code it hands on.
struct PythonCall {
    private let node: PythonNode
    private let function: PythonNode
    private let names: PythonNames
    /// Usually one; with star imports also what these may bring under the name.
    private let targets: [String]
    /// Most calls are of something that nobody asks about, and then their arguments are not looked at.
    private lazy var arguments = Self.arguments(of: node, names)

    init?(_ node: PythonNode, names: PythonNames) {
        guard let function = node[.function] else { return nil }
        self.node = node
        self.function = function
        self.names = names
        targets = Self.targets(of: function, names)
    }

    mutating func read(into facts: inout FactCollector) {
        for target in targets { facts.add(.call, target, at: node.range, arguments: arguments) }
        if isNamespaceCall { facts.add(.namespaceCall, at: node.range) }
        if function.kind == .attribute, let method = function[.attribute].map(names.identifier) {
            facts.add(.method, method, at: node.range, arguments: arguments)
        }
        if let text = names.foldText(node) { add(text, into: &facts) }
        for target in targets { embed(target, into: &facts) }
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

    private static let decoders = ["b64", "b32", "b16", "a2b", "hex", "chr", "rot", "bytes([", "bytearray(["]

    private static func targets(of function: PythonNode, _ names: PythonNames) -> [String] {
        guard let name = names.resolve(function) else { return [] }
        guard function.kind == .identifier, names.table.aliases[names.identifier(function)] == nil else {
            return [name]
        }
        return [name] + names.starModules.map { $0 + "." + name }
    }

    /// Whether it calls what it looks up by a computed name in a namespace, where any function could be.
    private var isNamespaceCall: Bool {
        switch function.kind {
        case .subscript:
            guard let object = function[.value], let key = function[.subscript], names.fold(key) == nil else {
                return false
            }
            if object.kind == .attribute, object[.attribute].map(names.source.text) == "__dict__" { return true }
            guard let name = names.resolve(object) else { return false }
            return names.isNamespace(name) && name != "sys.modules"
        case .call:
            guard function[.function].flatMap({ names.resolve($0) }) == "getattr" else { return false }
            let arguments = names.positional(function)
            guard arguments.count >= 2, names.fold(arguments[1]) == nil, let object = names.resolve(arguments[0]) else {
                return false
            }
            return names.isNamespace(object)
        default: return false
        }
    }

    // MARK: Arguments

    private static func arguments(of node: PythonNode, _ names: PythonNames) -> [Fact.Argument] {
        guard let list = node[.arguments] else { return [] }
        if list.kind == .generatorExpression { return [Fact.Argument(value: nil, range: list.range)] }
        return list.namedChildren(limit: Folding.elements).flatMap { argument -> [Fact.Argument] in
            switch argument.kind {
            case .comment: []
            case .keywordArgument: [named(argument, names)].compactMap { $0 }
            case .dictionarySplat: spread(argument, names)
            default: [Fact.Argument(value: value(argument, names), range: argument.range)]
            }
        }
    }

    private static func value(_ node: PythonNode, _ names: PythonNames) -> Constant? {
        if let elements = names.elements(node) { return .list(elements.map { names.fold($0) }) }
        return names.fold(node)
    }

    private static func named(_ node: PythonNode, _ names: PythonNames) -> Fact.Argument? {
        guard let name = node[.name], let value = node[.value] else { return nil }
        return Fact.Argument(keyword: names.identifier(name), value: self.value(value, names), range: value.range)
    }

    /// `**{"shell": True}` is `shell=True`.
    private static func spread(_ node: PythonNode, _ names: PythonNames) -> [Fact.Argument] {
        guard let dictionary = node.firstNamedChild, dictionary.kind == .dictionary else { return [] }
        return dictionary.namedChildren(limit: Folding.elements).compactMap { pair in
            guard pair.kind == .pair, let key = pair[.key].flatMap({ names.foldText($0) }), let value = pair[.value]
            else {
                return nil
            }
            return Fact.Argument(keyword: key, value: self.value(value, names), range: value.range)
        }
    }

    // MARK: Code in arguments

    private mutating func embed(_ target: String, into facts: inout FactCollector) {
        if Self.evaluators.contains(target) {
            if let code = argument(0, "source")?.text { facts.embed(.python, code, at: node.range) }
        } else if Self.shells.contains(target) {
            embedCommand(argument(0, "args") ?? argument(0, "cmd"), into: &facts)
        } else if Self.starters.contains(target) || target.hasPrefix("os.spawn") {
            for argument in arguments { if case .list? = argument.value { embedCommand(argument.value, into: &facts) } }
        }
    }

    private func embedCommand(_ command: Constant?, into facts: inout FactCollector) {
        switch command {
        case .text(let text)?: facts.embed(.bash, text, at: node.range)
        case .list(let words)?: facts.embed(.bash, ShellWords.command(words), at: node.range)
        default: break
        }
    }

    private mutating func argument(_ position: Int, _ name: String) -> Constant? {
        if let named = arguments.first(where: { $0.keyword == name }) { return named.value }
        return arguments.lazy.filter { $0.keyword == nil }.dropFirst(position).first?.value
    }

    private static let evaluators: Set<String> = ["eval", "exec", "compile", "timeit.timeit", "timeit.repeat"]
    private static let shells: Set<String> = [
        "os.system", "os.popen", "os.popen2", "os.popen3", "os.popen4", "os.startfile", "subprocess.getoutput",
        "subprocess.getstatusoutput", "subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call",
        "subprocess.check_output", "commands.getoutput", "commands.getstatusoutput", "popen2.popen2", "popen2.popen3",
        "popen2.popen4", "asyncio.create_subprocess_shell", "pty.spawn",
    ]
    /// Functions that take a path and then a list of arguments.
    private static let starters: Set<String> = [
        "os.execv", "os.execve", "os.execvp", "os.execvpe", "os.posix_spawn", "os.posix_spawnp",
    ]
}
