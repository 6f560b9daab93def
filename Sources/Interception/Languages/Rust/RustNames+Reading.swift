extension RustNames {
    /// Reads all imports and declarations of a tree.
    init(_ tree: SyntaxTree) {
        self.init(source: tree.source, budget: tree.budget)
        let walk = SyntaxWalk(tree.root(RustSyntax.self), budget: tree.budget)
        while let node = walk.next() {
            switch node.kind {
            case .useDeclaration:
                for use in RustUses(source: source).uses(of: node) { take(use) }
            case .typeItem:
                if let name = node[.name], let type = node[.type] {
                    alias(source.text(name), to: RustPath.plain(source.text(type)))
                }
            case .letDeclaration, .constItem, .staticItem: bind(node)
            default: break
            }
        }
    }

    private mutating func take(_ use: RustUses.Use) {
        if use.isWildcard { addWildcard(use.path) } else { alias(use.name, to: use.path) }
    }

    private mutating func bind(_ node: RustNode) {
        guard let pattern = node[.pattern] ?? node[.name], pattern.kind == .identifier, let value = node[.value] else {
            return
        }
        let name = source.text(pattern)
        if let constant = RustConstants(names: self).value(of: value) {
            assign(name, constant)
        } else if value.kind == .scopedIdentifier, let target = names(of: value).first {
            alias(name, to: target)
        } else {
            assign(name, nil)
        }
    }
}

/// The paths that a `use` declaration brings in.
struct RustUses {
    let source: SourceCode

    struct Use {
        /// Under which name; the last part of the path without `as`.
        let name: String
        let path: String
        let isWildcard: Bool
    }

    private static let maximumUses = 1000

    func uses(of declaration: RustNode) -> [Use] {
        var uses: [Use] = []
        var pending: [(node: RustNode, prefix: String)] = []
        if let argument = declaration[.argument] { pending.append((argument, "")) }
        while let (node, prefix) = pending.popLast(), uses.count < Self.maximumUses {
            switch node.kind {
            case .useAsClause:
                guard let path = node[.path], let alias = node[.alias] else { continue }
                uses.append(Use(name: source.text(alias), path: join(prefix, text(path)), isWildcard: false))
            case .scopedUseList:
                let inner = join(prefix, node[.path].map(text) ?? "")
                if let list = node[.list] { pending.append((list, inner)) }
            case .useList:
                pending += node.namedChildren(limit: Self.maximumUses).map { ($0, prefix) }
            case .useWildcard:
                let module = join(prefix, node.firstNamedChild.map(text) ?? "")
                uses.append(Use(name: "*", path: module, isWildcard: true))
            default:
                let path = join(prefix, node.kind == .selfKeyword && !prefix.isEmpty ? "" : text(node))
                let name = path.utf8.split(separator: UInt8(ascii: ":")).last.flatMap(String.init) ?? path
                uses.append(Use(name: name, path: path, isWildcard: false))
            }
        }
        return uses
    }

    private func text(_ node: RustNode) -> String { RustPath.plain(source.text(node)) }

    private func join(_ prefix: String, _ path: String) -> String {
        prefix.isEmpty ? path : path.isEmpty ? prefix : prefix + "::" + path
    }
}
