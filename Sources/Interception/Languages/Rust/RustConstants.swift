/// Folds expressions to the values that they have in every run.
struct RustConstants {
    let names: RustNames

    private static let maximumDepth = 30

    func value(of node: RustNode, depth: Int = 0) -> Constant? {
        guard depth < Self.maximumDepth else { return nil }
        switch node.kind {
        case .stringLiteral: return .text(Self.literal(names.source.text(node)))
        case .rawString: return .text(Self.rawLiteral(names.source.text(node)))
        case .integerLiteral: return Self.number(names.source.text(node)).map(Constant.integer)
        case .booleanLiteral: return .boolean(names.source.text(node) == "true")
        case .identifier: return names.value(of: names.source.text(node))
        case .parenthesized: return node.firstNamedChild.flatMap { value(of: $0, depth: depth + 1) }
        case .referenceExpression: return node[.value].flatMap { value(of: $0, depth: depth + 1) }
        case .arrayExpression:
            return .list(node.namedChildren(limit: 256).map { value(of: $0, depth: depth + 1) })
        case .binaryExpression: return binary(node, depth: depth)
        case .callExpression: return converted(node, depth: depth)
        case .macroInvocation: return printed(node, depth: depth)
        default: return nil
        }
    }

    private func binary(_ node: RustNode, depth: Int) -> Constant? {
        guard let left = node[.left].flatMap({ value(of: $0, depth: depth + 1) }),
            let right = node[.right].flatMap({ value(of: $0, depth: depth + 1) }), let sign = node[.operator]
        else { return nil }
        let text = names.source.text(sign)
        switch (left, right) {
        case (.text(let left), .text(let right)) where text == "+":
            return Folding.join([left, right], budget: names.budget).map(Constant.text)
        case (.integer(let left), .integer(let right)): return Self.arithmetic(left, text, right).map(Constant.integer)
        default: return nil
        }
    }

    private static func arithmetic(_ left: Int, _ sign: String, _ right: Int) -> Int? {
        switch sign {
        case "+": saturated(left.addingReportingOverflow(right))
        case "-": saturated(left.subtractingReportingOverflow(right))
        case "*": saturated(left.multipliedReportingOverflow(by: right))
        case "|": left | right
        case "<<": (0..<63).contains(right) ? saturated(left.multipliedReportingOverflow(by: 1 << right)) : nil
        default: nil
        }
    }

    private static func saturated(_ result: (partialValue: Int, overflow: Bool)) -> Int {
        result.overflow ? .max : result.partialValue
    }

    private static let conversions: Set<String> = [
        "?.to_string", "?.to_owned", "?.into", "?.as_str", "?.clone", "?.trim", "?.as_bytes", "?.to_vec",
    ]
    private static let constructors: Set<String> = ["String::from", "Some", "Box::new", "std::string::String::from"]

    /// `"…".to_string()`, `String::from("…")` and the like.
    private func converted(_ node: RustNode, depth: Int) -> Constant? {
        guard let function = node[.function], let name = names.names(of: function).first else { return nil }
        if Self.conversions.contains(name) { return function[.value].flatMap { value(of: $0, depth: depth + 1) } }
        guard Self.constructors.contains(name), let only = node[.arguments]?.firstNamedChild else { return nil }
        return value(of: only, depth: depth + 1)
    }

    /// `concat!` and `format!` of constants.
    private func printed(_ node: RustNode, depth: Int) -> Constant? {
        guard let macro = node[.macro], let tokens = node.lastNamedChild, tokens.kind == .tokenTree else { return nil }
        let arguments = RustTokens(constants: self).arguments(of: tokens, depth: depth + 1).map(\.value)
        switch names.source.text(macro) {
        case "concat": return concatenated(arguments)
        case "format": return formatted(arguments)
        default: return nil
        }
    }

    func concatenated(_ arguments: [Constant?]) -> Constant? {
        Folding.join(arguments.map { $0?.text }, budget: names.budget).map(Constant.text)
    }

    private func formatted(_ arguments: [Constant?]) -> Constant? {
        guard let format = arguments.first??.text else { return nil }
        var arguments = arguments.dropFirst()
        var parts: [String?] = []
        var rest = format[...]
        while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")) {
            let inside = rest.utf8[rest.utf8.index(after: open)...].prefix { $0 != UInt8(ascii: "}") }
            guard inside.endIndex < rest.endIndex, inside.allSatisfy(ByteSet.word.contains) else { return nil }
            let value = inside.isEmpty ? arguments.popFirst() ?? nil : names.value(of: String(Substring(inside)))
            // What is not known makes the whole unknown, and most formats have something unknown.
            guard let part = value?.text else { return nil }
            parts += [String(rest[..<open]), part]
            rest = rest[rest.utf8.index(after: inside.endIndex)...]
        }
        return Folding.join(parts + [String(rest)], budget: names.budget).map(Constant.text)
    }

    private static func number(_ text: String) -> Int? {
        let digits = text.lowercased().filter { $0 != "_" }
        let (radix, prefix) =
            digits.hasPrefix("0x")
            ? (16, 2) : digits.hasPrefix("0o") ? (8, 2) : digits.hasPrefix("0b") ? (2, 2) : (10, 0)
        let body = digits.dropFirst(prefix).prefix { $0.isASCII && Int(String($0), radix: radix) != nil }
        return Int(body, radix: radix)
    }

    private static func literal(_ text: String) -> String {
        guard let open = text.firstIndex(of: "\"") else { return "" }
        var body = String(text[text.index(after: open)...])
        if body.hasSuffix("\"") { body.removeLast() }
        guard body.contains("\\") else { return body }
        // A backslash at the end of a line takes the next line's blanks along.
        return Escapes.decoded(body.replacing(/\\\r?\n\s*/, with: "")[...])
    }

    private static func rawLiteral(_ text: String) -> String {
        guard let open = text.firstIndex(of: "\""), let close = text.lastIndex(of: "\""), open < close else {
            return ""
        }
        return String(text[text.index(after: open)..<close])
    }
}
