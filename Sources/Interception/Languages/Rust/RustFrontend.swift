import CTreeSitterRust

/// Reads facts out of a Rust program.
enum RustFrontend: LanguageFrontend {
    static let language = SourceLanguage.rust
    static let grammar = Grammar(pointer: tree_sitter_rust())

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
        let names = RustNames(tree)
        let reader = RustReader(
            names: names, constants: RustConstants(names: names), loops: RustLoops(names: names, budget: tree.budget))
        let walk = SyntaxWalk(tree.root(RustSyntax.self), budget: tree.budget)
        while let node = walk.next() { reader.read(node, in: walk, into: &facts) }
    }
}
