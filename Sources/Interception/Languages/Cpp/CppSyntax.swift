/// The names of the C++ grammar that the front end cares about.
enum CppSyntax: Syntax {
    enum Kind: String, CaseIterable {
        case abstractFunctionDeclarator = "abstract_function_declarator"
        case aliasDeclaration = "alias_declaration"
        case argumentList = "argument_list"
        case assignmentExpression = "assignment_expression"
        case binaryExpression = "binary_expression"
        case breakStatement = "break_statement"
        case callExpression = "call_expression"
        case castExpression = "cast_expression"
        case coReturnStatement = "co_return_statement"
        case coYieldStatement = "co_yield_statement"
        case compoundLiteral = "compound_literal_expression"
        case concatenatedString = "concatenated_string"
        case conditionalExpression = "conditional_expression"
        case declaration
        case doStatement = "do_statement"
        case fieldExpression = "field_expression"
        case fieldIdentifier = "field_identifier"
        case forStatement = "for_statement"
        case functionDeclarator = "function_declarator"
        case functionDefinition = "function_definition"
        case gotoStatement = "goto_statement"
        case gnuAsm = "gnu_asm_expression"
        case identifier
        case initDeclarator = "init_declarator"
        case initializerList = "initializer_list"
        case namespaceAlias = "namespace_alias_definition"
        case namespaceIdentifier = "namespace_identifier"
        case newExpression = "new_expression"
        case numberLiteral = "number_literal"
        case parameterDeclaration = "parameter_declaration"
        case parenthesized = "parenthesized_expression"
        case pointerExpression = "pointer_expression"
        case preprocDef = "preproc_def"
        case preprocFunctionDef = "preproc_function_def"
        case preprocInclude = "preproc_include"
        case qualifiedIdentifier = "qualified_identifier"
        case rawString = "raw_string_literal"
        case rawStringContent = "raw_string_content"
        case returnStatement = "return_statement"
        case stringLiteral = "string_literal"
        case templateFunction = "template_function"
        case templateType = "template_type"
        case throwStatement = "throw_statement"
        case typeIdentifier = "type_identifier"
        case whileStatement = "while_statement"
    }

    enum Field: Int, CaseIterable {
        case argument
        case arguments
        case body
        case condition
        case declarator
        case field
        case function
        case left
        case length
        case name
        case `operator`
        case path
        case right
        case type
        case value
    }

    static let tables = SyntaxTables<CppSyntax>(CppFrontend.grammar)
}

typealias CppNode = SyntaxNode<CppSyntax>
