/// Folds expressions to the values that they have in every run.
struct CppConstants {
    let names: CppNames

    private static let maximumDepth = 30

    func value(of node: CppNode, depth: Int = 0) -> Constant? {
        guard depth < Self.maximumDepth else { return nil }
        switch node.kind {
        case .stringLiteral: return .text(Self.literal(names.source.text(node)))
        case .rawString:
            let content = node.namedChildren(limit: 8).first { $0.kind == .rawStringContent }
            return .text(content.map { names.source.text($0) } ?? "")
        case .concatenatedString: return joined(node, depth: depth)
        case .numberLiteral: return Self.number(names.source.text(node)).map(Constant.integer)
        case .identifier: return names.value(of: names.source.text(node))
        case .parenthesized: return node.firstNamedChild.flatMap { value(of: $0, depth: depth + 1) }
        case .binaryExpression: return binary(node, depth: depth)
        case .callExpression, .compoundLiteral: return text(constructedBy: node, depth: depth)
        default: return nil
        }
    }

    private func joined(_ node: CppNode, depth: Int) -> Constant? {
        // A macro between literals may stand for one.
        let parts = node.namedChildren(limit: Folding.elements).map { value(of: $0, depth: depth + 1)?.text }
        return Folding.join(parts, budget: names.budget).map(Constant.text)
    }

    private func binary(_ node: CppNode, depth: Int) -> Constant? {
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

    /// A number too large for the folding is as large as numbers get: it is compared with bounds only.
    private static func saturated(_ result: (partialValue: Int, overflow: Bool)) -> Int {
        result.overflow ? .max : result.partialValue
    }

    /// `std::string("…")`, `std::filesystem::path("…")` and the like.
    private func text(constructedBy node: CppNode, depth: Int) -> Constant? {
        guard let callee = node[.function] ?? node[.type], let name = names.name(of: callee),
            ["string", "string_view", "std::filesystem::path"].contains(name),
            let list = node[.arguments] ?? node[.value], list.namedChildCount == 1, let only = list.firstNamedChild
        else { return nil }
        return value(of: only, depth: depth + 1)
    }

    static func number(_ text: String) -> Int? {
        let digits = text.lowercased().filter { $0 != "'" }
        let (radix, prefix) =
            digits.hasPrefix("0x")
            ? (16, 2)
            : digits.hasPrefix("0b")
                ? (2, 2)
                : digits.hasPrefix("0") && digits.count > 1 ? (8, 1) : (10, 0)
        let body = digits.dropFirst(prefix)
        let suffix = body.reversed().prefix { "ulz".contains($0) }.count
        return Int(body.dropLast(suffix), radix: radix)
    }

    /// The text of a literal with its quotes and its prefix (`L`, `u8`).
    private static func literal(_ text: String) -> String {
        guard let open = text.firstIndex(of: "\"") else { return "" }
        let body = text[text.index(after: open)...]
        return unescaped(String(body.hasSuffix("\"") ? body.dropLast() : body))
    }

    static func unescaped(_ text: String) -> String { Escapes.decoded(text[...]) }
}
