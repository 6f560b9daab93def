/// Turns the places of a survey into facts.
struct PythonFacts {
    let names: PythonNames
    let budget: AnalysisBudget

    func read(_ site: PythonSurvey.Site, into facts: inout FactCollector) {
        let node = site.node
        switch site.kind {
        case .call:
            if var call = PythonCall(node, names: names) { call.read(into: &facts) }
        case .attribute: attribute(node, site.role, into: &facts)
        case .identifier: reference(node, into: &facts)
        case .string, .concatenatedString:
            if let text = names.foldText(node) { facts.add(text: text, at: node.range) }
        case .binaryOperator: operators(node, into: &facts)
        case .whileStatement: PythonLoop(site, names: names, budget: budget)?.read(into: &facts)
        case .comment: encoding(node, into: &facts)
        case .execStatement: execStatement(node, into: &facts)
        default: break
        }
    }

    private func attribute(_ node: PythonNode, _ role: PythonSurvey.Role, into facts: inout FactCollector) {
        if let name = node[.attribute].map(names.identifier) { facts.add(.attr, name, at: node.range) }
        guard role != .callee, let name = names.resolve(node) else { return }
        facts.add(.ref, name, at: node.range)
    }

    private func reference(_ node: PythonNode, into facts: inout FactCollector) {
        // Most names mean only themselves.
        guard !names.starModules.isEmpty || names.mayBeKnown(node) else { return }
        let name = names.identifier(node)
        let alias = names.table.aliases[name]
        let target = PythonNames.isLastingBuiltin(name) ? name : alias ?? name
        if target.utf8.contains(UInt8(ascii: ".")) || PythonNames.isLastingBuiltin(target) {
            facts.add(.ref, target, at: node.range)
        } else if alias == nil {
            for module in names.starModules { facts.add(.ref, module + "." + name, at: node.range) }
        }
    }

    private func operators(_ node: PythonNode, into facts: inout FactCollector) {
        if let text = names.foldText(node) { facts.add(text: text, at: node.range) }
        guard let left = node[.left], let right = node[.right], let sign = node[.operator].map(names.source.text) else {
            return
        }
        let isHuge =
            switch sign {
            case "*": isRepetition(left, right) || isRepetition(right, left)
            case "**": (names.fold(right)?.integer).map { $0 >= 100_000_000 } ?? false
            default: false
            }
        if isHuge { facts.add(.hugeAllocation, at: node.range) }
    }

    private func isRepetition(_ value: PythonNode, _ count: PythonNode) -> Bool {
        guard value.kind == .list || value.kind == .string || value.kind == .tuple else { return false }
        return (names.fold(count)?.integer).map { $0 >= 1_000_000_000 } ?? false
    }

    /// `exec code` of Python 2, which the grammar still knows.
    private func execStatement(_ node: PythonNode, into facts: inout FactCollector) {
        guard let code = node[.code] else { return }
        let value = names.fold(code)
        facts.add(.call, "exec", at: node.range, arguments: [Fact.Argument(value: value, range: code.range)])
        if let text = value?.text { facts.embed(.python, text, at: node.range) }
    }

    /// A comment in the first two lines can name the encoding of the file (PEP 263); one that is not a superset of ASCII
    /// makes the file read otherwise than it looks.
    private func encoding(_ node: PythonNode, into facts: inout FactCollector) {
        let text = names.source.text(node).lowercased()
        guard let coding = text.firstRange(of: "coding") else { return }
        let rest = text[coding.upperBound...]
        guard rest.hasPrefix(":") || rest.hasPrefix("=") else { return }
        let name = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            .prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard !name.isEmpty, !Self.plainEncodings.contains(String(name.replacing("_", with: "-"))) else { return }
        facts.add(.oddEncoding, at: node.range)
    }

    private static let plainEncodings: Set<String> = [
        "utf-8", "utf8", "utf-8-sig", "latin-1", "latin1", "ascii", "us-ascii", "iso-8859-1", "iso-8859-15",
        "iso-latin-1-unix", "cp1252", "windows-1252", "iso-8859-2", "cp1251", "koi8-r", "koi8-u", "windows-1251",
        "iso8859-1", "iso8859-15",
    ]
}
