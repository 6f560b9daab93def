import Isolation
import Sessions

/// Who may use the server, and how much of it, as the operator decided.
struct AccessConfiguration: Sendable {
    /// Nil: none. Appears in no message.
    let apiKey: String?
    let allowAnonymous: Bool
    /// In lower case.
    let allowedOrigins: Set<String>
    /// What a key may use that has nothing of its own.
    let quota: Quota
    /// What all callers without a key may use together.
    let anonymousQuota: Quota

    init(_ sources: ConfigurationSources, running: Int, queued: Int) throws(ConfigurationError) {
        apiKey = try sources.explicit(Settings.apiKey)?.value
        allowAnonymous = try sources.value(Settings.allowAnonymous)
        allowedOrigins = try sources.explicit(Settings.allowedOrigins)?.value ?? []
        quota = Quota(
            concurrentRuns: try sources.explicit(Settings.quotaRuns)?.value ?? running + queued / 2,
            sessions: try sources.value(Settings.quotaSessions),
            runsPerMinute: try sources.value(Settings.quotaRunsPerMinute),
            cpuPerHour: .seconds(try sources.value(Settings.quotaProcessorTime)),
            disk: try sources.value(Settings.quotaDisk))
        anonymousQuota = Quota(
            concurrentRuns: try sources.value(Settings.anonymousRuns),
            sessions: try sources.value(Settings.anonymousSessions),
            runsPerMinute: try sources.value(Settings.anonymousRunsPerMinute),
            cpuPerHour: .seconds(try sources.value(Settings.anonymousProcessorTime)),
            disk: try sources.value(Settings.anonymousDisk))
    }

    /// What is done with callers who present no key, on an address that only this machine can reach, or others too.
    func anonymous(isLoopback: Bool) -> Authenticator.Anonymous {
        if allowAnonymous { return .allowed(anonymousQuota) }
        // Whoever is at the machine itself may use all of the server, as `sandmartin run` does without it.
        return isLoopback ? .allowedWithoutKeys(.unbounded) : .refused
    }
}
