extension JavaScriptNames {
    /// The text of a call of a function that only rearranges constants.
    func foldCall(_ node: JavaScriptNode, depth: Int) -> String? {
        guard let function = node[.function] else { return nil }
        if function.kind == .identifier {
            guard let name = resolve(function), Self.foldedFunctions.contains(name),
                let text = positional(node).first.flatMap({ foldText($0, depth: depth + 1) })
            else { return nil }
            return decoded(text, by: name)
        }
        guard function.kind == .memberExpression, let object = function[.object],
            let method = function[.property].map(source.text), Self.foldedMethods.contains(method)
        else { return nil }
        return foldMethod(method, of: object, positional(node), depth: depth)
    }

    private static let foldedFunctions: Set<String> = ["atob", "unescape", "decodeURIComponent", "decodeURI", "String"]

    /// What `foldMethod` knows.
    private static let foldedMethods: Set<String> = [
        "join", "fromCharCode", "fromCodePoint", "concat", "toString", "trim", "valueOf", "toLowerCase", "toUpperCase",
        "replace", "replaceAll", "resolve", "normalize",
    ]

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
