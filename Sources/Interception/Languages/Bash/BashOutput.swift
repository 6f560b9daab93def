/// What commands print that do nothing but print: `$(echo sudo)`, `$(printf %s su do)`, `$(echo c3Vkbw== | base64 -d)`.
struct BashOutput {
    let constants: BashConstants

    /// The text that a command substitution becomes; nil when it cannot be told.
    func text(of substitution: BashNode) -> String? {
        guard substitution.namedChildCount == 1, let inner = substitution.firstNamedChild else { return nil }
        switch inner.kind {
        case .command: return trimmed(output(of: [words(of: inner)]))
        case .pipeline: return trimmed(output(of: inner.namedChildren(limit: 16).map(words)))
        default: return nil
        }
    }

    /// What a pipeline of commands prints.
    func output(of commands: [[BashWord]]) -> String? {
        guard let first = commands.first, var text = printed(by: first) else { return nil }
        for command in commands.dropFirst() {
            guard let next = filtered(text, by: command) else { return nil }
            text = next
        }
        return text
    }

    private func words(of command: BashNode) -> [BashWord] {
        guard command.kind == .command else { return [] }
        return BashCommandNode(command, constants: constants).words
    }

    private func trimmed(_ text: String?) -> String? {
        text.map { String($0.reversed().drop { $0 == "\n" }.reversed()) }
    }

    private func printed(by words: [BashWord]) -> String? {
        let texts = words.map(\.text)
        guard let name = texts.first ?? nil, texts.allSatisfy({ $0 != nil }) else { return nil }
        var arguments = texts.dropFirst().compactMap { $0 }[...]
        switch name {
        case "echo":
            let options = arguments.prefix { $0.wholeMatch(of: /-[neE]+/) != nil }
            arguments = arguments.dropFirst(options.count)
            let text = arguments.joined(separator: " ")
            return options.joined().contains("e") ? Escapes.decoded(text[...]) : text
        case "printf":
            guard let format = arguments.popFirst() else { return nil }
            return formatted(format, arguments)
        case "which", "type", "command":
            // They print where a command is: for what runs, the command itself.
            return arguments.last
        default: return nil
        }
    }

    private func formatted(_ format: String, _ arguments: ArraySlice<String>) -> String? {
        var arguments = arguments
        var text = ""
        repeat {
            var rest = format[...]
            while let character = rest.popFirst() {
                guard character == "%", let verb = rest.popFirst() else {
                    text.append(character)
                    continue
                }
                switch verb {
                case "s", "b": text += arguments.popFirst() ?? ""
                case "%": text.append("%")
                default: return nil
                }
            }
        } while !arguments.isEmpty && format.contains("%") && text.utf8.count < Folding.textLength
        return Escapes.decoded(text[...])
    }

    private func filtered(_ text: String, by words: [BashWord]) -> String? {
        guard let name = words.first?.text else { return nil }
        let options = words.dropFirst().compactMap(\.text)
        switch name {
        case "base64" where options.contains { ["-d", "-D", "--decode", "-di"].contains($0) }:
            return Encodings.base64(text)
        case "xxd" where options.contains { $0.hasPrefix("-r") }: return Encodings.hexadecimal(text)
        case "rev":
            return text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0.reversed()) }
                .joined(separator: "\n")
        case "cat" where options.isEmpty: return text
        default: return nil
        }
    }
}
