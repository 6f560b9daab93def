/// A source to parse: the program itself, or code that it holds as a text.
struct CodeUnit {
    let language: SourceLanguage
    let bytes: [UInt8]
    /// 0 for the program itself.
    let depth: Int
    /// Where it stands in the program, in bytes; nil for the program itself.
    let enclosing: Range<Int>?

    /// The range in the program of a range of this source.
    func inProgram(_ range: Range<Int>) -> Range<Int> { enclosing ?? range }
}
