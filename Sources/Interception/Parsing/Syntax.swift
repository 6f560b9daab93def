import CTreeSitter

/// The names of a grammar's nodes and fields that a front end cares about.
protocol Syntax {
    /// Kinds of nodes; the raw value is the grammar's name. One that a named and an anonymous node share means the
    /// named one.
    associatedtype Kind: RawRepresentable<String>, CaseIterable, Hashable, Sendable
    /// Fields, numbered from 0 in the order of `allCases`; `fooBar` stands for the grammar's `foo_bar`.
    associatedtype Field: RawRepresentable<Int>, CaseIterable, Hashable, Sendable
    static var tables: SyntaxTables<Self> { get }
}

/// The names of a `Syntax`, looked up once in its grammar.
struct SyntaxTables<S: Syntax>: Sendable {
    let grammar: Grammar
    /// Names that the grammar does not have; a test holds this to nothing.
    let unknownNames: [String]
    private let kinds: [S.Kind?]
    private let fields: [TSFieldId]

    init(_ grammar: Grammar) {
        self.grammar = grammar
        var wanted = Dictionary(uniqueKeysWithValues: S.Kind.allCases.map { ($0.rawValue, $0) })
        var kinds = [S.Kind?](repeating: nil, count: grammar.symbolCount)
        var found: Set<String> = []
        for isNamed in [true, false] {
            for number in kinds.indices {
                guard let symbol = grammar.symbol(number), symbol.isNamed == isNamed, let kind = wanted[symbol.name]
                else { continue }
                kinds[number] = kind
                found.insert(symbol.name)
            }
            for name in found { wanted[name] = nil }
        }
        var unknown = wanted.keys.filter { $0 != "ERROR" }
        fields = S.Field.allCases.map { field in
            let name = Self.snakeCase(String(describing: field))
            guard let id = grammar.field(name) else {
                unknown.append(name)
                return 0
            }
            return id
        }
        self.kinds = kinds
        unknownNames = unknown.sorted()
        error = S.Kind(rawValue: "ERROR")
    }

    private let error: S.Kind?

    func kind(of symbol: TSSymbol) -> S.Kind? {
        Int(symbol) < kinds.count ? kinds[Int(symbol)] : error
    }

    func id(of field: S.Field) -> TSFieldId { fields[field.rawValue] }

    func field(of id: TSFieldId) -> S.Field? {
        guard id != 0, let number = fields.firstIndex(of: id) else { return nil }
        return S.Field(rawValue: number)
    }

    private static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}
