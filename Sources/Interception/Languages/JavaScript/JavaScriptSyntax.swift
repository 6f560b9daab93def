import CTreeSitterJavaScript

/// The nodes and fields of JavaScript's grammar that matter here.
enum JavaScriptSyntax: Syntax {
    static let tables = SyntaxTables<JavaScriptSyntax>(JavaScriptFrontend.grammar)

    enum Kind: String, CaseIterable {
        case array
        case arguments
        case assignmentExpression = "assignment_expression"
        case augmentedAssignment = "augmented_assignment_expression"
        case awaitExpression = "await_expression"
        case binaryExpression = "binary_expression"
        case breakStatement = "break_statement"
        case callExpression = "call_expression"
        case comment
        case emptyStatement = "empty_statement"
        case escapeSequence = "escape_sequence"
        case `false` = "false"
        case forInStatement = "for_in_statement"
        case forStatement = "for_statement"
        case functionDeclaration = "function_declaration"
        case identifier
        case importClause = "import_clause"
        case importExpression = "import"
        case importSpecifier = "import_specifier"
        case importStatement = "import_statement"
        case memberExpression = "member_expression"
        case metaProperty = "meta_property"
        case namedImports = "named_imports"
        case namespaceImport = "namespace_import"
        case newExpression = "new_expression"
        case number
        case objectPattern = "object_pattern"
        case pairPattern = "pair_pattern"
        case parenthesizedExpression = "parenthesized_expression"
        case returnStatement = "return_statement"
        case sequenceExpression = "sequence_expression"
        case shorthandPattern = "shorthand_property_identifier_pattern"
        case string
        case stringFragment = "string_fragment"
        case subscriptExpression = "subscript_expression"
        case templateString = "template_string"
        case templateSubstitution = "template_substitution"
        case this
        case throwStatement = "throw_statement"
        case `true` = "true"
        case unaryExpression = "unary_expression"
        case variableDeclarator = "variable_declarator"
        case whileStatement = "while_statement"
        case doStatement = "do_statement"
        case yieldExpression = "yield_expression"
    }

    enum Field: Int, CaseIterable {
        case alias
        case argument
        case arguments
        case body
        case condition
        case constructor
        case function
        case index
        case key
        case left
        case name
        case object
        case `operator`
        case property
        case right
        case source
        case value
    }
}

typealias JavaScriptNode = SyntaxNode<JavaScriptSyntax>
