import CTreeSitterPython

/// The nodes and fields of Python's grammar that matter here.
enum PythonSyntax: Syntax {
    static let tables = SyntaxTables<PythonSyntax>(PythonFrontend.grammar)

    enum Kind: String, CaseIterable {
        case aliasedImport = "aliased_import"
        case argumentList = "argument_list"
        case assignment
        case attribute
        case augmentedAssignment = "augmented_assignment"
        case await
        case binaryOperator = "binary_operator"
        case breakStatement = "break_statement"
        case call
        case classDefinition = "class_definition"
        case comment
        case concatenatedString = "concatenated_string"
        case defaultParameter = "default_parameter"
        case dictionary
        case dictionarySplat = "dictionary_splat"
        case dottedName = "dotted_name"
        case execStatement = "exec_statement"
        case expressionStatement = "expression_statement"
        case `false` = "false"
        case forInClause = "for_in_clause"
        case forStatement = "for_statement"
        case functionDefinition = "function_definition"
        case generatorExpression = "generator_expression"
        case identifier
        case importFromStatement = "import_from_statement"
        case importStatement = "import_statement"
        case integer
        case interpolation
        case keywordArgument = "keyword_argument"
        case list
        case namedExpression = "named_expression"
        case pair
        case parameters
        case parenthesizedExpression = "parenthesized_expression"
        case raiseStatement = "raise_statement"
        case returnStatement = "return_statement"
        case slice
        case string
        case stringContent = "string_content"
        case stringStart = "string_start"
        case `subscript` = "subscript"
        case `true` = "true"
        case tryStatement = "try_statement"
        case tuple
        case typedDefaultParameter = "typed_default_parameter"
        case unaryOperator = "unary_operator"
        case whileStatement = "while_statement"
        case wildcardImport = "wildcard_import"
        case yield
    }

    enum Field: Int, CaseIterable {
        case alias
        case argument
        case arguments
        case attribute
        case body
        case code
        case condition
        case expression
        case function
        case key
        case left
        case moduleName
        case name
        case object
        case `operator`
        case right
        case `subscript`
        case value
    }
}

typealias PythonNode = SyntaxNode<PythonSyntax>
