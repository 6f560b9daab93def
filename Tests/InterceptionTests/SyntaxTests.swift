import Testing

@testable import Interception

@Suite struct SyntaxTests {
    /// A name that the grammar does not have would silently never match: after a change of the pins, look here first.
    @Test func everyNameOfAFrontEndIsInItsGrammar() {
        #expect(PythonSyntax.tables.unknownNames.isEmpty)
        #expect(JavaScriptSyntax.tables.unknownNames.isEmpty)
        #expect(BashSyntax.tables.unknownNames.isEmpty)
        #expect(CppSyntax.tables.unknownNames.isEmpty)
        #expect(RustSyntax.tables.unknownNames.isEmpty)
    }
}
