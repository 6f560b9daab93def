/// Something that a program says: what, by which name, with which arguments, and where.
struct Fact {
    let kind: FactKind
    /// Resolved: through imports, aliases and constants.
    let name: String
    let arguments: [Argument]
    /// In bytes of the code in which it was found.
    let range: Range<Int>

    /// An argument of a call, a command or a macro.
    struct Argument {
        /// Name, where the language has named arguments.
        let keyword: String?
        /// Nil when it is not known before the program runs.
        let value: Constant?
        /// In bytes of the code in which it was found.
        let range: Range<Int>

        init(keyword: String? = nil, value: Constant?, range: Range<Int>) {
            self.keyword = keyword
            self.value = value
            self.range = range
        }
    }
}
