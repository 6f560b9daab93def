/// Turns the places of a survey into facts.
struct JavaScriptFacts {
    let names: JavaScriptNames
    let budget: AnalysisBudget

    func read(_ site: JavaScriptSurvey.Site, into facts: inout FactCollector) {
        let node = site.node
        switch site.kind {
        case .callExpression, .newExpression:
            if var call = JavaScriptCall(node, site.kind, names: names) { call.read(into: &facts) }
        case .memberExpression, .subscriptExpression: member(node, site.role, into: &facts)
        case .identifier: identifier(node, site.role, into: &facts)
        case .string, .templateString: text(node, into: &facts)
        case .binaryExpression:
            if let text = names.foldText(node) { facts.add(text: text, at: node.range) }
        case .whileStatement, .forStatement, .doStatement:
            JavaScriptLoop(node, site.kind, names: names, budget: budget)?.read(into: &facts)
        default: break
        }
    }

    private func member(_ node: JavaScriptNode, _ role: JavaScriptSurvey.Role, into facts: inout FactCollector) {
        if let property = node[.property].map(names.identifier) ?? node[.index].flatMap({ names.foldText($0) }) {
            facts.add(.attr, property, at: node.range)
        }
        guard role != .callee, let name = names.resolve(node) else { return }
        facts.add(.ref, name, at: node.range)
    }

    private func identifier(_ node: JavaScriptNode, _ role: JavaScriptSurvey.Role, into facts: inout FactCollector) {
        guard names.mayBeKnown(node) || names.source.bytes(of: node).starts(with: "_0x".utf8) else { return }
        let name = names.identifier(node)
        if Self.isObfuscated(name) { facts.add(.obfuscatorNames, at: node.range) }
        guard role == .use else { return }
        let target = JavaScriptNames.lastingGlobals.contains(name) ? name : names.table.target(of: name)
        if target.utf8.contains(UInt8(ascii: ".")) || target == "eval" || target == "Function" {
            facts.add(.ref, target, at: node.range)
        }
    }

    /// `_0x3fa2`, as the usual obfuscators name everything.
    private static func isObfuscated(_ name: String) -> Bool {
        guard name.hasPrefix("_0x") else { return false }
        let digits = name.dropFirst(3)
        return digits.utf8.count >= 4 && digits.allSatisfy(\.isHexDigit)
    }

    private func text(_ node: JavaScriptNode, into facts: inout FactCollector) {
        guard let text = names.foldText(node) else { return }
        facts.add(text: text, at: node.range)
        if NumericEscapes.areMany(in: names.source.text(node)) { facts.add(.hexEscapes, at: node.range) }
    }
}
