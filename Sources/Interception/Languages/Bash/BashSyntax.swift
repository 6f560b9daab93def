/// The names of the Bash grammar that the front end cares about.
enum BashSyntax: Syntax {
    enum Kind: String, CaseIterable {
        case ansiCString = "ansi_c_string"
        case ampersand = "&"
        case arithmeticExpansion = "arithmetic_expansion"
        case braceExpression = "brace_expression"
        case cStyleFor = "c_style_for_statement"
        case command
        case commandName = "command_name"
        case commandSubstitution = "command_substitution"
        case comment
        case compoundStatement = "compound_statement"
        case concatenation
        case declarationCommand = "declaration_command"
        case error = "ERROR"
        case expansion
        case extglobPattern = "extglob_pattern"
        case fileRedirect = "file_redirect"
        case functionDefinition = "function_definition"
        case heredocBody = "heredoc_body"
        case heredocRedirect = "heredoc_redirect"
        case herestringRedirect = "herestring_redirect"
        case number
        case pipeline
        case processSubstitution = "process_substitution"
        case rawString = "raw_string"
        case redirectedStatement = "redirected_statement"
        case regex
        case simpleExpansion = "simple_expansion"
        case string
        case stringContent = "string_content"
        case subshell
        case translatedString = "translated_string"
        case unsetCommand = "unset_command"
        case variableAssignment = "variable_assignment"
        case variableName = "variable_name"
        case specialVariableName = "special_variable_name"
        case whileStatement = "while_statement"
        case word
    }

    enum Field: Int, CaseIterable {
        case body
        case condition
        case destination
        case name
        case redirect
        case update
        case value
    }

    static let tables = SyntaxTables<BashSyntax>(BashFrontend.grammar)
}

typealias BashNode = SyntaxNode<BashSyntax>
