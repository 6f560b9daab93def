import CTreeSitter

/// The tables of a grammar, compiled into the executable.
struct Grammar: @unchecked Sendable {
    // Static constant data: nobody writes it, nobody frees it.
    let pointer: OpaquePointer

    var symbolCount: Int { Int(ts_language_symbol_count(pointer)) }

    /// The name of a symbol, and whether nodes of it are named; nil for symbols that never appear in a tree.
    func symbol(_ number: Int) -> (name: String, isNamed: Bool)? {
        let symbol = TSSymbol(number)
        let type = ts_language_symbol_type(pointer, symbol)
        guard type == TSSymbolTypeRegular || type == TSSymbolTypeAnonymous,
            let name = ts_language_symbol_name(pointer, symbol)
        else { return nil }
        return (String(cString: name), type == TSSymbolTypeRegular)
    }

    /// The number of a field; nil when the grammar has no such field.
    func field(_ name: String) -> TSFieldId? {
        let id = ts_language_field_id_for_name(pointer, name, UInt32(name.utf8.count))
        return id == 0 ? nil : id
    }
}
