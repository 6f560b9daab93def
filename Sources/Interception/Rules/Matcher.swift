/// Conditions on one fact; all that are given must hold.
package struct Matcher: Hashable, Sendable {
    package let kinds: Set<FactKind>
    /// The fact's name must be one of these; with none, any name will do.
    package let names: [NamePattern]
    /// The fact's name must have one of these texts in it, whatever the case of A-Z; with none, any will do.
    package let contains: [String]
    /// The fact's name must have a match of it.
    package let pattern: Pattern?
    /// Each must hold for some argument.
    package let arguments: [ArgumentCondition]
    /// None may hold for any argument.
    package let unlessArguments: [ArgumentCondition]

    package init(
        kinds: Set<FactKind>, names: [NamePattern] = [], contains: [String] = [], pattern: Pattern? = nil,
        arguments: [ArgumentCondition] = [], unlessArguments: [ArgumentCondition] = []
    ) {
        self.kinds = kinds
        self.names = names
        self.contains = contains
        self.pattern = pattern
        self.arguments = arguments
        self.unlessArguments = unlessArguments
    }
}

/// A name as rules write it: `os.system`, `fs.*` for what begins so, `*.unserialize` for what ends so.
package enum NamePattern: Hashable, Sendable {
    case exact(String)
    case prefix(String)
    case suffix(String)

    /// Nil for an empty name, a lone `*`, and a `*` elsewhere than at one end.
    package init?(_ text: String) {
        let stars = text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "*") ? 1 : 0) }
        switch (stars, text.utf8.first, text.utf8.last) {
        case (0, .some, _): self = .exact(text)
        case (1, _, UInt8(ascii: "*")?) where text.utf8.count > 1: self = .prefix(String(text.dropLast()))
        case (1, UInt8(ascii: "*")?, _) where text.utf8.count > 1: self = .suffix(String(text.dropFirst()))
        default: return nil
        }
    }
}
