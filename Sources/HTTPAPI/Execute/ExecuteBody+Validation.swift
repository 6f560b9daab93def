import Foundation
import Isolation
import LinuxKernel
import Languages
import Sessions

extension ExecuteBody {
    /// The run that the body asks for, if this server can do it.
    func request(
        languages: LanguageRegistry, limits policy: LimitPolicy, policies: PolicyChoice, bounds: RequestBounds
    ) throws -> ExecutionRequest {
        try bounds.check(code: code)
        let language = try language(in: languages)
        var request = ExecutionRequest(code: code, language: language, limits: try policy.limits(for: limits))
        request.policy = try policies.policy(named: self.policy)
        request.session = session
        request.standardInput = Array(standardInput.utf8)
        request.environment = try EnvironmentVariables.checked(environment)
        try check(arguments, name: "args", atMost: bounds.arguments)
        request.arguments = arguments
        request.files = try workspaceFiles(besides: "\(language.sourceFile)")
        request.collect = try checkedPatterns()
        request.tests = try tests.map { test in
            try check(test.arguments, name: "\(test.element).args", atMost: bounds.arguments)
            return TestCase(
                name: test.name, standardInput: Array(test.standardInput.utf8), arguments: test.arguments,
                expectedOutput: test.expectedOutput)
        }
        return request
    }

    private func language(in registry: LanguageRegistry) throws(APIError) -> Language {
        guard let entry = registry.language(named: language) else {
            let known = registry.entries.map(\.language.name).joined(separator: ", ")
            throw APIError(
                .unsupportedLanguage, "“\(language.prefix(64))” is not a language of this server; it has \(known).",
                field: "language")
        }
        guard case .available = entry.availability else {
            guard case .unavailable(let reason) = entry.availability else { return entry.language }
            throw APIError(
                .unsupportedLanguage, "\(entry.language.title) cannot run on this server: \(reason)", field: "language")
        }
        return entry.language
    }

    /// The kernel passes arguments and environment together: one bound for both.
    private func check(_ arguments: [String], name: String, atMost limit: Int) throws(InvalidRequest) {
        for (index, argument) in arguments.enumerated() where argument.utf8.contains(0) {
            throw InvalidRequest(
                field: "\(name)[\(index)]", message: "\(name)[\(index)] must not have a NUL character.")
        }
        let bytes =
            arguments.reduce(0) { $0 + $1.utf8.count + 1 }
            + environment.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 }
        guard bytes <= limit else {
            throw InvalidRequest(
                field: name, message: "\(name) and env may have at most \(limit) bytes together, not \(bytes).")
        }
    }

    private func checkedPatterns() throws(InvalidRequest) -> [GlobPattern] {
        var patterns: [GlobPattern] = []
        for (index, text) in collect.enumerated() {
            func invalid(_ reason: String) -> InvalidRequest {
                InvalidRequest(field: "collect[\(index)]", message: "collect[\(index)] \(reason).")
            }
            do { _ = try WorkspacePath(text) } catch { throw invalid(error.reason) }
            do { patterns.append(try GlobPattern(text)) } catch { throw invalid(error.reason) }
        }
        return patterns
    }
}
