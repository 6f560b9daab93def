/// The names of the Rust grammar that the front end cares about.
enum RustSyntax: Syntax {
    enum Kind: String, CaseIterable {
        case arguments
        case arrayExpression = "array_expression"
        case attribute
        case awaitExpression = "await_expression"
        case binaryExpression = "binary_expression"
        case booleanLiteral = "boolean_literal"
        case breakExpression = "break_expression"
        case callExpression = "call_expression"
        case constItem = "const_item"
        case crate
        case fieldExpression = "field_expression"
        case fieldInitializer = "field_initializer"
        case foreignModule = "foreign_mod_item"
        case genericFunction = "generic_function"
        case identifier
        case integerLiteral = "integer_literal"
        case letDeclaration = "let_declaration"
        case loopExpression = "loop_expression"
        case macroInvocation = "macro_invocation"
        case parenthesized = "parenthesized_expression"
        case rawString = "raw_string_literal"
        case referenceExpression = "reference_expression"
        case returnExpression = "return_expression"
        case scopedIdentifier = "scoped_identifier"
        case scopedTypeIdentifier = "scoped_type_identifier"
        case scopedUseList = "scoped_use_list"
        case selfKeyword = "self"
        case staticItem = "static_item"
        case stringLiteral = "string_literal"
        case superKeyword = "super"
        case tokenTree = "token_tree"
        case tryExpression = "try_expression"
        case typeIdentifier = "type_identifier"
        case typeItem = "type_item"
        case unsafeBlock = "unsafe_block"
        case useAsClause = "use_as_clause"
        case useDeclaration = "use_declaration"
        case useList = "use_list"
        case useWildcard = "use_wildcard"
        case whileExpression = "while_expression"
    }

    enum Field: Int, CaseIterable {
        case alias
        case argument
        case arguments
        case body
        case condition
        case field
        case function
        case left
        case list
        case macro
        case name
        case `operator`
        case path
        case pattern
        case right
        case type
        case value
    }

    static let tables = SyntaxTables<RustSyntax>(RustFrontend.grammar)
}

typealias RustNode = SyntaxNode<RustSyntax>
