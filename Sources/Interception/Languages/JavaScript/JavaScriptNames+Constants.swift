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
        case .identifier: return mayBeKnown(node) ? table.constants[identifier(node)] : nil
        case .unaryExpression: return not(node, depth: depth)
        case .binaryExpression: return chain(node, depth: depth)
        case .callExpression: return foldCall(node, depth: depth).map(Constant.text)
        default: return nil
        }
    }

    /// The value of an expression as a text.
    func foldText(_ node: JavaScriptNode, depth: Int = 0) -> String? { fold(node, depth: depth)?.text }

    private static func integer(_ text: String) -> Int? {
        if let integer = Int(text) { return integer }
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
}
