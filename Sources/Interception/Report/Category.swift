/// What a finding is about; policies block by category.
package enum Category: String, CaseIterable, Hashable, Sendable {
    case systemCommand = "system_command"
    case codeInjection = "code_injection"
    case fileSystem = "file_system"
    case network
    case privilegeEscalation = "privilege_escalation"
    case obfuscation
    case resourceExhaustion = "resource_exhaustion"
    case persistence
    case informationDisclosure = "information_disclosure"
    case nativeCode = "native_code"
    case cryptoMining = "crypto_mining"
    /// The analysis did not see everything; only the analyser itself makes such findings.
    case incompleteAnalysis = "incomplete_analysis"
}
