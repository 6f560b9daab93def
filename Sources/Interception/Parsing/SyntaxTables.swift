import CTreeSitter

/// The names of a `Syntax`, looked up once in its grammar; one for each language, for as long as the process lives.
///
/// Every node is asked for its kind, so the tables are bare memory that no count of references stands before.
final class SyntaxTables<S: Syntax>: @unchecked Sendable {
    // Written by the initializer only, and never freed: the tables are static constants.
    private let kinds: UnsafeMutableBufferPointer<S.Kind?>
    private let ids: UnsafeMutableBufferPointer<TSFieldId>
    private let fields: UnsafeMutableBufferPointer<S.Field?>
    private let error = S.Kind(rawValue: "ERROR")
    /// Names that the grammar does not have; a test holds this to nothing.
    let unknownNames: [String]

    init(_ grammar: Grammar) {
        let (kinds, missing) = Self.kinds(in: grammar)
        let ids = S.Field.allCases.map { grammar.field(Self.name(of: $0)) }
        var fields: [S.Field?] = []
        for (field, id) in zip(S.Field.allCases, ids) {
            guard let id else { continue }
            while fields.count <= Int(id) { fields.append(nil) }
            fields[Int(id)] = field
        }
        unknownNames = missing + zip(S.Field.allCases, ids).compactMap { $1 == nil ? Self.name(of: $0) : nil }
        self.kinds = Self.lasting(kinds)
        self.ids = Self.lasting(ids.map { $0 ?? 0 })
        self.fields = Self.lasting(fields)
    }

    func kind(of symbol: TSSymbol) -> S.Kind? {
        Int(symbol) < kinds.count ? kinds[Int(symbol)] : error
    }

    func id(of field: S.Field) -> TSFieldId { ids[field.rawValue] }

    func field(of id: TSFieldId) -> S.Field? { Int(id) < fields.count ? fields[Int(id)] : nil }

    /// The kind of each symbol, and the names that no symbol has. Named symbols go first: one that shares its name with
    /// a keyword means the node.
    private static func kinds(in grammar: Grammar) -> (kinds: [S.Kind?], missing: [String]) {
        var wanted = Dictionary(uniqueKeysWithValues: S.Kind.allCases.map { ($0.rawValue, $0) })
        var kinds = [S.Kind?](repeating: nil, count: grammar.symbolCount)
        for isNamed in [true, false] {
            var found: Set<String> = []
            for number in kinds.indices {
                guard let symbol = grammar.symbol(number), symbol.isNamed == isNamed, let kind = wanted[symbol.name]
                else { continue }
                kinds[number] = kind
                found.insert(symbol.name)
            }
            for name in found { wanted[name] = nil }
        }
        // Every grammar has errors, under a number beyond its own.
        return (kinds, wanted.keys.filter { $0 != "ERROR" }.sorted())
    }

    /// The grammar's name of a field: `moduleName` is `module_name`.
    private static func name(of field: S.Field) -> String {
        String(describing: field).reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }

    private static func lasting<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = memory.initialize(from: elements)
        return memory
    }
}
