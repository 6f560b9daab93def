package import Interception
import Languages
import Synchronization

/// Reads programs before they run, and says whether they may. Advice and early refusal, never isolation: the sandbox
/// holds whatever is said here.
package final class Screening: Sendable {
    package let interceptor: Interceptor
    package let policies: PolicyChoice
    /// Commands that the operator has forbidden by name; their rule is among those of the interceptor.
    package let restrictedCommands: [String]
    /// Most bytes of a shell command.
    package let maximumCommand: Int
    /// Analyses that were asked for by themselves, apart from a run, and are not finished.
    private let consultations = Mutex(0)

    /// Most of these at once; each holds at most one source, and takes at most the deadline of an analysis.
    package static let maximumConsultations = 64

    package init(
        interceptor: Interceptor, policies: PolicyChoice, restrictedCommands: [String] = [], maximumCommand: Int = 8192
    ) {
        self.interceptor = interceptor
        self.policies = policies
        self.restrictedCommands = restrictedCommands
        self.maximumCommand = maximumCommand
    }

    /// The report on a program that is to run: on its code, and on the source files beside it.
    func report(on request: ExecutionRequest, languages: LanguageRegistry) async -> SecurityReport {
        await interceptor.analyze(
            request.sources(languages: languages), policy: request.policy ?? policies.standard)
    }

    /// Whether a shell command may run; nil: under the operator's policy.
    func verdict(on command: String, policy: Policy?) async -> ShellCommandCheck.Verdict {
        await ShellCommandCheck(interceptor, maximumLength: maximumCommand)
            .check(command, policy: policy ?? policies.standard)
    }

    /// The report on a text that is not to run. Throws when too many others are asked for at the same time.
    package func report(
        on code: String, language: SourceLanguage, policy: Policy
    ) async throws(ExecutionRejection) -> SecurityReport {
        let isAccepted = consultations.withLock { count in
            guard count < Self.maximumConsultations else { return false }
            count += 1
            return true
        }
        guard isAccepted else { throw .overloaded(retryAfter: .seconds(1)) }
        defer { consultations.withLock { $0 -= 1 } }
        return await interceptor.analyze(code, language: language, policy: policy)
    }
}
