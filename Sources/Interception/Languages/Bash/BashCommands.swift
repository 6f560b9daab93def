/// Follows a command to all that it runs: through wrappers, shells, evaluators, `find` and aliases.
struct BashCommands {
    /// Where everything is reported: the command as it is written.
    let range: Range<Int>
    private var pending: [ArraySlice<BashWord>] = []

    static let shells: Set<String> = ["sh", "bash", "zsh", "dash", "ksh", "mksh", "ash", "rbash", "busybox-sh"]
    /// Commands in one line that are followed; wrappers around wrappers end somewhere.
    private static let maximumCommands = 64

    init(range: Range<Int>) { self.range = range }

    /// Notes a command and everything that it runs.
    mutating func add(_ words: [BashWord], to facts: inout FactCollector) {
        pending = [words[...]]
        var count = 0
        while let words = pending.popLast(), count < Self.maximumCommands {
            count += 1
            follow(words, to: &facts)
        }
    }

    /// The name of a command without its folder; nil when it is not known.
    static func name(of word: BashWord) -> String? {
        let text = word.text ?? word.knownPart
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return text.isEmpty ? nil : text }
        let name = text[text.utf8.index(after: slash)...]
        return name.isEmpty ? nil : String(name)
    }

    private mutating func follow(_ words: ArraySlice<BashWord>, to facts: inout FactCollector) {
        guard let first = words.first else { return }
        guard let name = Self.name(of: first) else {
            facts.add(.dynamicCommand, at: range)
            return
        }
        if first.hasWildcards, name != "[", name != "[[" { facts.add(.globCommand, at: range) }
        let arguments = words.dropFirst()
        facts.add(.cmd, name, at: range, arguments: arguments.map(\.argument))
        if Self.shells.contains(name) {
            shell(arguments, to: &facts)
        } else if let wrapper = BashWrapper.named(name) {
            wrapped(by: wrapper, named: name, arguments, to: &facts)
        } else {
            special(name, arguments, to: &facts)
        }
    }

    private func shell(_ arguments: ArraySlice<BashWord>, to facts: inout FactCollector) {
        guard
            let option = arguments.firstIndex(where: {
                $0.text?.wholeMatch(of: /-[a-zA-Z]*c[a-zA-Z]*/) != nil
            })
        else { return }
        // Options may stand between -c and the code.
        let code = arguments[(option + 1)...].first { $0.text?.hasPrefix("-") != true }
        guard let code else { return }
        if let text = code.text { facts.embed(.bash, text, at: range) } else { facts.add(.shellDynamic, at: range) }
    }

    private mutating func wrapped(
        by wrapper: BashWrapper, named name: String, _ arguments: ArraySlice<BashWord>, to facts: inout FactCollector
    ) {
        if name == "env" { assignments(arguments, to: &facts) }
        let (command, code) = wrapper.inner(of: arguments)
        if let code { facts.embed(.bash, code, at: range) }
        if name == "xargs" { noteShell(command, to: &facts) }
        // These take their command as one text too.
        if ["watch", "parallel", "then"].contains(name), command.count == 1, let text = command.first?.text {
            facts.embed(.bash, text, at: range)
        } else if !command.isEmpty {
            pending.append(command)
        }
    }

    private func assignments(_ arguments: ArraySlice<BashWord>, to facts: inout FactCollector) {
        for argument in arguments.prefix(while: { $0.text?.hasPrefix("-") != false || $0.text?.contains("=") == true })
        {
            guard let parts = argument.text?.split(separator: "=", maxSplits: 1), parts.count == 2 else { continue }
            let value = Fact.Argument(value: .text(String(parts[1])), range: argument.range)
            facts.add(.assign, String(parts[0]), at: range, arguments: [value])
        }
    }

    /// A shell that is handed names: each of them can hold commands.
    private func noteShell(_ command: ArraySlice<BashWord>, to facts: inout FactCollector) {
        guard let name = command.first.flatMap(Self.name), Self.shells.contains(name) else { return }
        facts.add(.shellFromXargs, at: range)
    }

    private mutating func special(
        _ name: String, _ arguments: ArraySlice<BashWord>, to facts: inout FactCollector
    ) {
        switch name {
        case "eval":
            let texts = arguments.compactMap(\.text)
            if texts.count == arguments.count { facts.embed(.bash, texts.joined(separator: " "), at: range) }
        case "trap": if let code = arguments.first?.text { facts.embed(.bash, code, at: range) }
        case "alias":
            for case let text? in arguments.map(\.text) {
                guard let equals = text.firstIndex(of: "=") else { continue }
                facts.embed(.bash, String(text[text.index(after: equals)...]), at: range)
            }
        case "find": executions(of: arguments, to: &facts)
        case "python", "python2", "python3": code(after: ["-c"], of: arguments, .python, to: &facts)
        case "node", "nodejs": code(after: ["-e", "--eval", "-p", "--print"], of: arguments, .javascript, to: &facts)
        default: break
        }
    }

    private func code(
        after options: Set<String>, of arguments: ArraySlice<BashWord>, _ language: SourceLanguage,
        to facts: inout FactCollector
    ) {
        guard let option = arguments.firstIndex(where: { $0.text.map(options.contains) ?? false }),
            let code = arguments[(option + 1)...].first?.text
        else { return }
        facts.embed(language, code, at: range)
    }

    private mutating func executions(of arguments: ArraySlice<BashWord>, to facts: inout FactCollector) {
        let options: Set<String> = ["-exec", "-execdir", "-ok", "-okdir"]
        for start in arguments.indices where arguments[start].text.map(options.contains) ?? false {
            let command = arguments[(start + 1)...].prefix { $0.text != ";" && $0.text != "+" }
            noteShell(command, to: &facts)
            let words = command.filter { $0.text != "{}" }
            if !words.isEmpty { pending.append(words[...]) }
        }
    }
}
