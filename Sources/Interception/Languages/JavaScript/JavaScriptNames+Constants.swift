extension JavaScriptNames {
    /// The value of an expression; nil when it is not known.
    func fold(_ node: JavaScriptNode, depth: Int = 0) -> Constant? {
        guard depth < Folding.depth, budget.spend() else { return nil }
        switch node.kind {
        case .string:
            let text = source.text(node)
            guard text.utf8.count >= 2 else { return nil }
            return .text(Escapes.decoded(text.dropFirst().dropLast()))
        case .number: return Self.integer(source.text(node)).map(Constant.integer)
        case .true: return .boolean(true)
        case .false: return .boolean(false)
        case .templateString: return template(node, depth: depth).map(Constant.text)
        case .parenthesizedExpression: return node.firstNamedChild.flatMap { fold($0, depth: depth + 1) }
        case .identifier: return table.constants[identifier(node)]
        case .unaryExpression: return not(node, depth: depth)
        case .binaryExpression: return chain(node, depth: depth)
        case .callExpression: return foldCall(node, depth: depth).map(Constant.text)
        default: return nil
        }
    }

    /// The value of an expression as a text.
    func foldText(_ node: JavaScriptNode, depth: Int = 0) -> String? { fold(node, depth: depth)?.text }

    private static func integer(_ text: String) -> Int? {
        let digits = text.replacing("_", with: "").lowercased()
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
            return Int(digits.dropFirst(2), radix: radix)
        }
        return Int(digits) ?? Double(digits).flatMap { Int(exactly: $0.rounded(.towardZero)) }
    }

    /// `!0` and `!1`, as minifiers write the truth values.
    private func not(_ node: JavaScriptNode, depth: Int) -> Constant? {
        guard node.firstChild.map(source.text) == "!",
            let value = node[.argument].flatMap({ fold($0, depth: depth + 1) })
        else { return nil }
        return switch value {
        case .integer(let integer): .boolean(integer == 0)
        case .boolean(let boolean): .boolean(!boolean)
        default: nil
        }
    }

    private func template(_ node: JavaScriptNode, depth: Int) -> String? {
        let parts = node.namedChildren(limit: Folding.elements).compactMap { child -> String?? in
            switch child.kind {
            case .stringFragment: source.text(child)
            case .escapeSequence: Escapes.decoded(source.text(child)[...])
            case .templateSubstitution:
                .some(child.firstNamedChild.flatMap { fold($0, depth: depth + 1) }.flatMap(shown))
            default: nil
            }
        }
        return joined(parts)
    }

    /// A value as it appears in a text.
    private func shown(_ value: Constant) -> String? {
        switch value {
        case .text(let text): text
        case .integer(let integer): String(integer)
        case .boolean(let boolean): boolean ? "true" : "false"
        case .list: nil
        }
    }

    /// A chain of operators, which may be as long as a program, from its left end.
    private func chain(_ node: JavaScriptNode, depth: Int) -> Constant? {
        var links: [(operator: String, right: JavaScriptNode)] = []
        var left = node
        while left.kind == .binaryExpression, let sign = left[.operator], let right = left[.right],
            let next = left[.left]
        {
            guard budget.spend() else { return nil }
            links.append((source.text(sign), right))
            left = next
        }
        guard var value = fold(left, depth: depth + 1) else { return nil }
        for link in links.reversed() {
            guard let right = fold(link.right, depth: depth + 1), let next = combine(value, link.operator, right) else {
                return nil
            }
            value = next
        }
        return value
    }

    private func combine(_ left: Constant, _ sign: String, _ right: Constant) -> Constant? {
        switch (left, sign, right) {
        case (.text, "+", _), (_, "+", .text):
            return joined([shown(left), shown(right)]).map(Constant.text)
        case (.integer(let left), _, .integer(let right)):
            let result: (partialValue: Int, overflow: Bool)
            switch sign {
            case "+": result = left.addingReportingOverflow(right)
            case "-": result = left.subtractingReportingOverflow(right)
            case "*": result = left.multipliedReportingOverflow(by: right)
            case "<<" where (0..<31).contains(right): result = left.multipliedReportingOverflow(by: 1 << right)
            case "^": result = (left ^ right, false)
            default: return nil
            }
            return result.overflow ? nil : .integer(result.partialValue)
        default: return nil
        }
    }

    // MARK: Calls

    /// The text of a call of a function that only rearranges constants.
    private func foldCall(_ node: JavaScriptNode, depth: Int) -> String? {
        guard let function = node[.function] else { return nil }
        if function.kind == .identifier {
            guard let name = resolve(function), Self.foldedFunctions.contains(name),
                let text = positional(node).first.flatMap({ foldText($0, depth: depth + 1) })
            else { return nil }
            return decoded(text, by: name)
        }
        guard function.kind == .memberExpression, let object = function[.object],
            let method = function[.property].map(source.text)
        else { return nil }
        return foldMethod(method, of: object, positional(node), depth: depth)
    }

    private static let foldedFunctions: Set<String> = ["atob", "unescape", "decodeURIComponent", "decodeURI", "String"]

    private func decoded(_ text: String, by name: String) -> String? {
        switch name {
        case "atob": Encodings.base64(text)
        case "String": text
        default: Encodings.percent(text)
        }
    }

    private func foldMethod(
        _ method: String, of object: JavaScriptNode, _ arguments: [JavaScriptNode], depth: Int
    ) -> String? {
        switch method {
        case "join": return join(object, arguments, depth: depth)
        case "fromCharCode", "fromCodePoint":
            guard source.text(object) == "String", !arguments.isEmpty else { return nil }
            return joined(arguments.map { fold($0, depth: depth + 1)?.integer.flatMap(Self.character) })
        case "concat":
            return joined(([object] + arguments).map { foldText($0, depth: depth + 1) })
        case "toString":
            return buffer(object, depth: depth) ?? (arguments.isEmpty ? foldText(object, depth: depth + 1) : nil)
        case "trim", "valueOf": return foldText(object, depth: depth + 1)
        case "toLowerCase": return foldText(object, depth: depth + 1)?.lowercased()
        case "toUpperCase": return foldText(object, depth: depth + 1)?.uppercased()
        case "replace", "replaceAll": return replaced(object, arguments, depth: depth)
        case "resolve", "normalize": return path(object, arguments, depth: depth)
        default: return nil
        }
    }

    private static func character(_ code: Int) -> String? {
        UInt32(exactly: code).flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    }

    /// `[…].join("")`, also of `"…".split("").reverse()`.
    private func join(_ object: JavaScriptNode, _ arguments: [JavaScriptNode], depth: Int) -> String? {
        if resolve(object) == "path" { return path(object, arguments, depth: depth) }
        guard let separator = arguments.isEmpty ? "," : foldText(arguments[0], depth: depth + 1) else { return nil }
        if let elements = elements(object) {
            return joined(elements.map { foldText($0, depth: depth + 1) }, separator: separator)
        }
        guard object.kind == .callExpression, let function = object[.function], let inner = function[.object],
            function[.property].map(source.text) == "reverse", inner.kind == .callExpression,
            let split = inner[.function], split[.property].map(source.text) == "split",
            let text = split[.object].flatMap({ foldText($0, depth: depth + 1) })
        else { return nil }
        return separator.isEmpty ? String(text.reversed()) : nil
    }

    /// `Buffer.from("…", "base64")`.
    private func buffer(_ node: JavaScriptNode, depth: Int) -> String? {
        guard node.kind == .callExpression, let name = node[.function].flatMap({ resolve($0) }),
            name == "Buffer.from" || name == "buffer.Buffer.from"
        else { return nil }
        let arguments = positional(node)
        guard let text = arguments.first.flatMap({ foldText($0, depth: depth + 1) }) else { return nil }
        guard arguments.count > 1 else { return text }
        switch foldText(arguments[1]) {
        case "base64"?, "base64url"?: return Encodings.base64(text)
        case "hex"?: return Encodings.hexadecimal(text)
        case "utf8"?, "utf-8"?, "ascii"?, "latin1"?, "binary"?: return text
        default: return nil
        }
    }

    private func replaced(_ object: JavaScriptNode, _ arguments: [JavaScriptNode], depth: Int) -> String? {
        guard arguments.count == 2, let text = foldText(object, depth: depth + 1),
            let old = foldText(arguments[0], depth: depth + 1), !old.isEmpty,
            let new = foldText(arguments[1], depth: depth + 1)
        else { return nil }
        return joined(text.split(separator: old, omittingEmptySubsequences: false).map(String.init), separator: new)
    }

    /// `path.join(…)` and `path.resolve(…)`.
    private func path(_ object: JavaScriptNode, _ arguments: [JavaScriptNode], depth: Int) -> String? {
        guard resolve(object) == "path" else { return nil }
        return joined(arguments.map { foldText($0, depth: depth + 1) }, separator: "/").map(PathText.normalized)
    }
}
