/// The tokens of a macro, which the grammar leaves as they are: what looks like a call in them is read as one.
struct RustTokens {
    let constants: RustConstants
    private var source: SourceCode { constants.names.source }

    private static let maximumTokens = 4096

    /// A path with the group of tokens behind it: a call, or with `!` a macro.
    struct Call {
        /// Without `.` in front; `isMethod` says that there was one.
        let path: String
        let isMethod: Bool
        let isMacro: Bool
        let group: RustNode
        let range: Range<Int>
    }

    /// The calls directly in a group; those in groups inside it are found when these are read.
    func calls(in tokens: RustNode) -> [Call] {
        var calls: [Call] = []
        var path = ""
        var start = 0
        var isMethod = false
        var isMacro = false
        for token in tokens.children(limit: Self.maximumTokens) {
            let text = token.kind == .tokenTree ? "" : source.text(token)
            if token.kind == .tokenTree, !path.isEmpty {
                calls.append(
                    Call(
                        path: path, isMethod: isMethod, isMacro: isMacro, group: token, range: start..<token.end))
            }
            if token.isNamed, token.kind != .tokenTree, token.firstChild == nil, path.hasSuffix("::") || path.isEmpty {
                if path.isEmpty { start = token.start }
                path += text
            } else if text == "::" {
                path += text
            } else if text == "!", !path.isEmpty {
                isMacro = true
            } else {
                let isName = token.isNamed && token.kind != .tokenTree && token.firstChild == nil
                (path, isMacro, isMethod) = (isName ? text : "", false, text == ".")
                start = token.start
            }
        }
        return calls
    }

    /// The arguments in a group, separated by commas; a value is known where one is a single constant.
    func arguments(of group: RustNode, depth: Int) -> [Fact.Argument] {
        var parts: [[RustNode]] = [[]]
        for token in group.children(limit: Self.maximumTokens).dropFirst().dropLast() {
            if !token.isNamed, source.text(token) == "," {
                parts.append([])
            } else {
                parts[parts.count - 1].append(token)
            }
        }
        return parts.compactMap { part in
            guard let first = part.first, let last = part.last else { return nil }
            return Fact.Argument(value: value(of: part, depth: depth), range: first.start..<last.end)
        }
    }

    private func value(of tokens: [RustNode], depth: Int) -> Constant? {
        let tokens = tokens.filter { $0.isNamed || source.text($0) != "&" }
        if tokens.count == 1 { return constants.value(of: tokens[0], depth: depth + 1) }
        guard depth < 30, let group = tokens.last, group.kind == .tokenTree, source.text(tokens[0]) == "concat" else {
            return nil
        }
        return constants.concatenated(arguments(of: group, depth: depth + 1).map(\.value))
    }
}
