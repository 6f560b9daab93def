@testable import Interception

/// An interceptor with the shipped rules and policies.
struct InterceptorFixture {
    let catalog: RuleCatalog
    let interceptor: Interceptor
    let policies: [Policy]

    /// Reading the rules takes longer than analysing with them, so all tests share what is never changed.
    private static let shipped = Result {
        let catalog = try RuleCatalog()
        return (catalog, Interceptor(rules: catalog.rules), try PolicyCatalog(rules: catalog.knownIDs).policies)
    }

    init() throws { (catalog, interceptor, policies) = try Self.shipped.get() }

    init(limits: AnalysisLimits) throws {
        (catalog, _, policies) = try Self.shipped.get()
        interceptor = Interceptor(rules: catalog.rules, limits: limits)
    }

    func report(
        on code: String, _ language: SourceLanguage, policy name: String = "standard"
    ) async throws -> SecurityReport {
        try await report(on: Array(code.utf8), language, policy: name)
    }

    func report(
        on code: [UInt8], _ language: SourceLanguage, policy name: String = "standard"
    ) async throws -> SecurityReport {
        struct NoSuchPolicy: Error {}
        guard let policy = policies.first(where: { $0.name == name }) else { throw NoSuchPolicy() }
        return await interceptor.analyze(code, language: language, policy: policy)
    }

    /// The ids of the rules that find something.
    func rules(matching code: String, _ language: SourceLanguage) async throws -> Set<String> {
        Set(try await report(on: code, language).findings.map(\.ruleID.text))
    }
}
