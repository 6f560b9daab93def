extension PythonNames {
    /// The value of a call of a function that only rearranges constants.
    func foldCall(_ node: PythonNode, depth: Int) -> Constant? {
        guard let function = node[.function] else { return nil }
        switch function.kind {
        case .identifier: return plainCall(source.text(function), node, depth: depth)
        case .attribute:
            guard let name = function[.attribute].map(source.text), Self.foldedMethods.contains(name) else {
                return nil
            }
            return method(name, of: function, call: node, depth: depth).map(Constant.text)
        default: return nil
        }
    }

    private static let foldedMethods: Set<String> = [
        "a85decode", "b16decode", "b32decode", "b64decode", "decode", "encode", "format", "fromhex", "join", "lower",
        "lstrip", "replace", "rstrip", "standard_b64decode", "strip", "unhexlify", "upper", "urlsafe_b64decode",
        "expanduser", "abspath", "normpath", "realpath", "unquote", "Path", "PurePath", "PosixPath",
    ]

    private static let foldedBuiltins: Set<String> = ["chr", "str", "bytes", "bytearray"]

    private func plainCall(_ name: String, _ call: PythonNode, depth: Int) -> Constant? {
        // Most calls are of something else, and are not looked into.
        guard Self.foldedBuiltins.contains(name) || table.aliases[name] != nil else { return nil }
        let arguments = positional(call)
        guard let first = arguments.first else { return nil }
        switch name {
        case "chr" where arguments.count == 1:
            return fold(first, depth: depth + 1)?.integer.flatMap { character($0) }.map(Constant.text)
        case "str", "bytes", "bytearray":
            if let codes = characters(first, depth: depth) { return .text(codes) }
            return fold(first, depth: depth + 1).flatMap { $0.text.map(Constant.text) }
        default:
            // A path stands for its text.
            guard table.target(of: name).hasPrefix("pathlib."), arguments.count == 1 else {
                return decoder(table.target(of: name), arguments, depth: depth).map(Constant.text)
            }
            return foldText(first, depth: depth + 1).map(Constant.text)
        }
    }

    private func character(_ code: Int) -> String? {
        UInt32(exactly: code).flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    }

    /// A list of numbers as the text of these characters.
    private func characters(_ node: PythonNode, depth: Int) -> String? {
        guard let elements = elements(node), !elements.isEmpty else { return nil }
        return joined(elements.map { fold($0, depth: depth + 1)?.integer.flatMap { character($0) } })
    }

    private func method(_ name: String, of function: PythonNode, call: PythonNode, depth: Int) -> String? {
        guard let object = function[.object] else { return nil }
        let arguments = positional(call)
        if name == "join", let joined = join(object, arguments, depth: depth) { return joined }
        if let full = resolve(function, depth: depth + 1),
            let decoded = decoder(full, arguments, depth: depth)
        {
            return decoded
        }
        guard let text = foldText(object, depth: depth + 1) else { return nil }
        switch name {
        case "decode" where arguments.first.flatMap({ foldText($0) })?.hasPrefix("rot") == true:
            return Encodings.rot13(text)
        case "decode", "encode": return text
        case "lower": return text.lowercased()
        case "upper": return text.uppercased()
        case "strip", "lstrip", "rstrip": return arguments.isEmpty ? trimmed(text) : nil
        case "replace": return replaced(text, arguments, depth: depth)
        case "format": return formatted(text, arguments, depth: depth)
        default: return nil
        }
    }

    private func trimmed(_ text: String) -> String {
        let head = text.drop { $0.isWhitespace }
        return String(head.reversed().drop { $0.isWhitespace }.reversed())
    }

    private func replaced(_ text: String, _ arguments: [PythonNode], depth: Int) -> String? {
        guard arguments.count == 2, let old = foldText(arguments[0], depth: depth + 1), !old.isEmpty,
            let new = foldText(arguments[1], depth: depth + 1)
        else { return nil }
        return joined(text.split(separator: old, omittingEmptySubsequences: false).map(String.init), separator: new)
    }

    /// `"{}{}".format(…)` and `"{1}{0}".format(…)`.
    private func formatted(_ text: String, _ arguments: [PythonNode], depth: Int) -> String? {
        var parts: [String?] = []
        var following = 0
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let inside = rest[rest.index(after: open)..<close]
            guard let index = inside.isEmpty ? following : Int(inside), arguments.indices.contains(index) else {
                return nil
            }
            following += 1
            parts += [String(rest[..<open]), foldText(arguments[index], depth: depth + 1)]
            rest = rest[rest.index(after: close)...]
        }
        return joined(parts + [String(rest)])
    }

    private func join(_ object: PythonNode, _ arguments: [PythonNode], depth: Int) -> String? {
        guard arguments.count == 1, let separator = foldText(object, depth: depth + 1) else { return nil }
        let list = arguments[0]
        if let elements = elements(list) {
            return joined(elements.map { foldText($0, depth: depth + 1) }, separator: separator)
        }
        // "".join(map(chr, [...]))
        if list.kind == .call, list[.function].map(source.text) == "map", case let mapped = positional(list),
            mapped.count == 2, source.text(mapped[0]) == "chr", separator.isEmpty
        {
            return characters(mapped[1], depth: depth + 1)
        }
        return foldText(list, depth: depth + 1).flatMap { text in
            joined(text.map { String($0) }, separator: separator)
        }
    }

    /// What the standard library's decoders and path functions make of a constant.
    private func decoder(_ name: String, _ arguments: [PythonNode], depth: Int) -> String? {
        guard let first = arguments.first else { return nil }
        switch name {
        case "base64.b64decode", "base64.standard_b64decode", "base64.urlsafe_b64decode", "binascii.a2b_base64":
            return foldText(first, depth: depth + 1).flatMap(Encodings.base64)
        case "bytes.fromhex", "bytearray.fromhex", "binascii.unhexlify", "binascii.a2b_hex", "base64.b16decode":
            return foldText(first, depth: depth + 1).flatMap(Encodings.hexadecimal)
        case "codecs.decode":
            guard arguments.count > 1, let text = foldText(first, depth: depth + 1),
                let encoding = foldText(arguments[1], depth: depth + 1)
            else { return nil }
            switch encoding.replacing("_", with: "") {
            case "rot13": return Encodings.rot13(text)
            case "hex", "hexcodec": return Encodings.hexadecimal(text)
            case "base64", "base64codec": return Encodings.base64(text)
            default: return nil
            }
        case "os.path.join", "posixpath.join", "os.path.abspath", "os.path.normpath", "os.path.realpath",
            "os.path.expanduser", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath":
            return path(arguments, depth: depth)
        default: return nil
        }
    }

    /// Parts joined as `os.path.join` does it: an absolute one forgets what was before.
    private func path(_ arguments: [PythonNode], depth: Int) -> String? {
        var path = ""
        for argument in arguments {
            guard let part = foldText(argument, depth: depth + 1) else { return nil }
            path = part.hasPrefix("/") || path.isEmpty ? part : path.hasSuffix("/") ? path + part : path + "/" + part
        }
        return path.utf8.count <= Folding.textLength ? path : nil
    }
}
