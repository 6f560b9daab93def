extension PythonNames {
    /// The value of an expression; nil when it is not known.
    func fold(_ node: PythonNode, depth: Int = 0) -> Constant? {
        guard depth < Folding.depth, budget.spend() else { return nil }
        switch node.kind {
        case .string: return text(node, depth: depth).map(Constant.text)
        case .concatenatedString:
            let parts = node.namedChildren(limit: Folding.elements).filter { $0.kind == .string }
            return joined(parts.map { text($0, depth: depth + 1) }).map(Constant.text)
        case .integer: return integer(source.text(node)).map(Constant.integer)
        case .true: return .boolean(true)
        case .false: return .boolean(false)
        case .parenthesizedExpression: return node.firstNamedChild.flatMap { fold($0, depth: depth + 1) }
        case .identifier: return mayBeKnown(node) ? table.constants[identifier(node)] : nil
        case .unaryOperator: return negative(node, depth: depth)
        case .binaryOperator: return chain(node, depth: depth)
        case .attribute:
            let name = node.end - node.start <= 13 ? source.text(node) : ""
            return name == "os.sep" || name == "os.path.sep" || name == "posixpath.sep" ? .text("/") : nil
        case .subscript: return slice(node, depth: depth)
        case .call: return foldCall(node, depth: depth)
        default: return nil
        }
    }

    /// The value of an expression as a text.
    func foldText(_ node: PythonNode, depth: Int = 0) -> String? { fold(node, depth: depth)?.text }

    private func integer(_ text: String) -> Int? {
        let digits = text.replacing("_", with: "").lowercased()
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
            return Int(digits.dropFirst(2), radix: radix)
        }
        return Int(digits)
    }

    private func negative(_ node: PythonNode, depth: Int) -> Constant? {
        guard source.text(node.range).hasPrefix("-"),
            let value = node[.argument].flatMap({ fold($0, depth: depth + 1) }),
            let integer = value.integer
        else { return nil }
        return .integer(0 &- integer)
    }

    // MARK: Texts

    private func text(_ node: PythonNode, depth: Int) -> String? {
        guard let start = node.firstChild, start.kind == .stringStart else { return nil }
        let prefix = source.text(start).lowercased()
        guard !prefix.contains("f") && !prefix.contains("t") else { return formatted(node, prefix, depth: depth) }
        let content = node.namedChildren(limit: Folding.elements).filter { $0.kind == .stringContent }
        guard let first = content.first, let last = content.last else { return "" }
        return literal(first.start..<last.end, prefix)
    }

    private func literal(_ range: Range<Int>, _ prefix: String) -> String {
        let text = source.text(range)
        return prefix.contains("r") ? text : Escapes.decoded(text[...])
    }

    private func formatted(_ node: PythonNode, _ prefix: String, depth: Int) -> String? {
        let parts = node.namedChildren(limit: Folding.elements).compactMap { child -> String?? in
            switch child.kind {
            case .stringContent: literal(child.range, prefix)
            case .interpolation: .some(child[.expression].flatMap { fold($0, depth: depth + 1) }.flatMap(shown))
            default: nil
            }
        }
        return joined(parts)
    }

    /// A value as `str` writes it.
    private func shown(_ value: Constant) -> String? {
        switch value {
        case .text(let text): text
        case .integer(let integer): String(integer)
        case .boolean(let boolean): boolean ? "True" : "False"
        case .list: nil
        }
    }

    // MARK: Operators

    /// A chain of operators, which may be as long as a program, from its left end.
    private func chain(_ node: PythonNode, depth: Int) -> Constant? {
        var links: [(operator: String, right: PythonNode)] = []
        var left = node
        while left.kind == .binaryOperator, let sign = left[.operator], let right = left[.right], let next = left[.left]
        {
            guard budget.spend() else { return nil }
            links.append((source.text(sign), right))
            left = next
        }
        if links.last?.operator == "/", let path = pathArgument(left) { left = path }
        guard var value = fold(left, depth: depth + 1) else { return rightmostPath(links, depth: depth) }
        for link in links.reversed() {
            guard let right = fold(link.right, depth: depth + 1), let next = combine(value, link.operator, right) else {
                return nil
            }
            value = next
        }
        return value
    }

    /// `unknown / "name"` is at least a path that ends so; it is given as it stands.
    private func rightmostPath(_ links: [(operator: String, right: PythonNode)], depth: Int) -> Constant? {
        guard let last = links.first, last.operator == "/", let text = foldText(last.right, depth: depth + 1),
            text.hasPrefix("/")
        else { return nil }
        return .text(text)
    }

    /// The first argument of `pathlib.Path(…)`.
    private func pathArgument(_ node: PythonNode) -> PythonNode? {
        guard node.kind == .call, let name = node[.function].flatMap({ resolve($0) }), name.hasPrefix("pathlib.") else {
            return nil
        }
        return positional(node).first
    }

    private func combine(_ left: Constant, _ sign: String, _ right: Constant) -> Constant? {
        switch (left, sign, right) {
        case (.text(let left), "+", .text(let right)): return joined([left, right]).map(Constant.text)
        case (.text(let left), "/", .text(let right)):
            return .text(right.hasPrefix("/") ? right : left.hasSuffix("/") ? left + right : left + "/" + right)
        case (.text(let left), "%", _): return shown(right).flatMap { formatted(left, $0) }.map(Constant.text)
        case (.text(let text), "*", .integer(let count)):
            guard count >= 0, count <= 1_024 else { return nil }
            return joined(Array(repeating: text, count: count)).map(Constant.text)
        case (.integer(let left), _, .integer(let right)): return Self.number(left, sign, right).map(Constant.integer)
        default: return nil
        }
    }

    /// `"…%s…" % text`.
    private func formatted(_ text: String, _ value: String) -> String? {
        let parts = text.split(separator: "%s", omittingEmptySubsequences: false).map(String.init)
        return parts.count == 2 ? joined(parts, separator: value) : nil
    }

    /// Nil where the result is beyond 64 bits.
    private static func number(_ left: Int, _ sign: String, _ right: Int) -> Int? {
        let result: (partialValue: Int, overflow: Bool)
        switch sign {
        case "+": result = left.addingReportingOverflow(right)
        case "-": result = left.subtractingReportingOverflow(right)
        case "*": result = left.multipliedReportingOverflow(by: right)
        case "//" where right > 0: result = (left / right, false)
        case "%" where right > 0 && left >= 0: result = (left % right, false)
        case "^": result = (left ^ right, false)
        case "|": result = (left | right, false)
        case "&": result = (left & right, false)
        case "<<" where (0..<63).contains(right):
            result = left.multipliedReportingOverflow(by: 1 << right)
        case ">>" where (0..<64).contains(right): result = (left >> right, false)
        case "**" where (0..<64).contains(right): return power(left, right)
        default: return nil
        }
        return result.overflow ? nil : result.partialValue
    }

    private static func power(_ base: Int, _ exponent: Int) -> Int? {
        var product = 1
        for _ in 0..<exponent {
            let result = product.multipliedReportingOverflow(by: base)
            guard !result.overflow else { return nil }
            product = result.partialValue
        }
        return product
    }

    // MARK: Slices

    private func slice(_ node: PythonNode, depth: Int) -> Constant? {
        guard let index = node[.subscript], index.kind == .slice,
            let text = node[.value].flatMap({ foldText($0, depth: depth + 1) })
        else { return nil }
        let parts = source.text(index).split(separator: ":", omittingEmptySubsequences: false).map {
            $0.trimmingPrefix { $0.isWhitespace }
        }
        let numbers = parts.map { Int($0.filter { !$0.isWhitespace }) }
        guard parts.count <= 3, zip(parts, numbers).allSatisfy({ $0.isEmpty || $1 != nil }) else { return nil }
        let step = parts.count == 3 ? numbers[2] ?? 1 : 1
        let all = Array(text)
        let isWhole = parts.prefix(2).allSatisfy(\.isEmpty)
        if step < 0 { return isWhole ? .text(String(Self.every(-step, of: all.reversed()))) : nil }
        guard step > 0 else { return nil }
        let low = Self.bound(numbers[0] ?? 0, all.count)
        let high = Self.bound((parts.count > 1 ? numbers[1] : nil) ?? all.count, all.count)
        return .text(low < high ? String(Self.every(step, of: Array(all[low..<high]))) : "")
    }

    private static func bound(_ index: Int, _ count: Int) -> Int {
        min(max(index < 0 ? index + count : index, 0), count)
    }

    private static func every(_ step: Int, of characters: [Character]) -> [Character] {
        stride(from: 0, to: characters.count, by: step).map { characters[$0] }
    }
}
