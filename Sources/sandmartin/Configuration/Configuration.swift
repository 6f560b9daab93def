import Isolation
import Logging
import Sessions

/// What the operator decided, checked as a whole: whoever holds one may start with it.
struct Configuration: Sendable {
    let host: String
    /// 0: any free port.
    let port: Int
    let dataDirectory: String
    /// What sandboxes keep on disk.
    let sandboxDirectory: String
    /// Further languages; nil when there are none.
    let languagesDirectory: String?

    let minimumIsolation: IsolationLevel
    /// The strongest level to try.
    let maximumIsolation: IsolationLevel
    /// Processors that one program may use.
    let sandboxProcessors: Int
    /// User ids of the host for sandboxes, used when the server is root.
    let userIDs: ClosedRange<UInt32>
    let limits: LimitPolicy
    let screening: ScreeningSettings
    let access: AccessConfiguration
    let sessions: SessionSettings

    let poolSize: Int
    let maximumConcurrentRuns: Int
    let maximumQueuedRuns: Int
    /// Use of the machine above which no new work is taken.
    let machineLimits: MachineLimits

    let maximumBody: ByteCount
    let maximumCode: ByteCount
    let requestTimeout: Duration
    let shutdownTimeout: Duration
    /// What is remembered of runs, and for how long.
    let journal: Journal.Configuration

    let logLevel: Logger.Level
    let logFormat: LogFormat

    /// Throws the first value that is wrong, or the first two that contradict one another.
    init(_ sources: ConfigurationSources) throws(ConfigurationError) {
        host = try sources.value(Settings.host)
        port = try sources.value(Settings.port)
        dataDirectory = try sources.value(Settings.dataDirectory)
        sandboxDirectory = try sources.explicit(Settings.sandboxDirectory)?.value ?? dataDirectory + "/sandboxes"
        languagesDirectory = try sources.directory(Settings.languagesDirectory, besideFile: "languages")
        minimumIsolation = try sources.value(Settings.minimumIsolation)
        maximumIsolation = try sources.value(Settings.maximumIsolation)
        sandboxProcessors = try sources.value(Settings.sandboxProcessors)
        limits = try LimitPolicy(sources, processors: sandboxProcessors)
        screening = try ScreeningSettings(sources)
        poolSize = try sources.value(Settings.poolSize)
        maximumConcurrentRuns = try sources.value(Settings.maximumConcurrentRuns)
        maximumQueuedRuns = try sources.value(Settings.maximumQueuedRuns)
        access = try AccessConfiguration(sources, running: maximumConcurrentRuns, queued: maximumQueuedRuns)
        machineLimits = try Self.machineLimits(sources)
        userIDs = try Self.userIDs(sources, sandboxes: poolSize + maximumConcurrentRuns)
        sessions = try SessionSettings(sources, sandboxDirectory: sandboxDirectory, userIDs: userIDs)
        maximumBody = try sources.value(Settings.maximumBody)
        maximumCode = try sources.value(Settings.maximumCode)
        requestTimeout = try sources.value(Settings.requestTimeout)
        shutdownTimeout = try sources.value(Settings.shutdownTimeout)
        journal = try Self.journal(sources)
        let isDebugging = try sources.value(Settings.debug)
        logLevel = try sources.explicit(Settings.logLevel)?.value ?? (isDebugging ? .debug : .info)
        logFormat = try sources.value(Settings.logFormat)
    }

    /// Rule 5 of the threat model. For what listens: throws when other machines can reach the server, nobody has a key, and
    /// nobody said that this is meant.
    func checkListening(hasKey: Bool) throws(ConfigurationError) {
        guard isLoopback || access.allowAnonymous || hasKey else {
            throw ConfigurationError(
                nil, key: "host",
                "is \(host), which other machines can reach, and there is no key: make one with `sandmartin keys create "
                    + "NAME`, or set api_key (API_KEY), or listen on 127.0.0.1, or set allow_anonymous to true "
                    + "(ALLOW_ANONYMOUS=true) to let everybody run programs here")
        }
    }

    private static func machineLimits(_ sources: ConfigurationSources) throws(ConfigurationError) -> MachineLimits {
        var limits = MachineLimits()
        limits.cpuPercent = try sources.value(Settings.maximumProcessorPercent)
        limits.memoryPercent = try sources.value(Settings.maximumMemoryPercent)
        return limits
    }

    private static func journal(_ sources: ConfigurationSources) throws(ConfigurationError) -> Journal.Configuration {
        var journal = Journal.Configuration()
        journal.runsPerOwner = try sources.value(Settings.historyRuns)
        journal.runAge = .seconds(86_400 * (try sources.value(Settings.historyDays)))
        journal.auditRows = try sources.value(Settings.auditRows)
        journal.auditAge = .seconds(86_400 * (try sources.value(Settings.auditDays)))
        journal.keepsCode = try sources.value(Settings.auditCode)
        return journal
    }

    /// Only this machine can reach the server.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
    }

    private static func userIDs(
        _ sources: ConfigurationSources, sandboxes: Int
    ) throws(ConfigurationError) -> ClosedRange<UInt32> {
        let start = try sources.value(Settings.userIDStart)
        let count = try sources.value(Settings.userIDCount)
        guard count >= sandboxes else {
            throw ConfigurationError(
                nil, key: "uid_range_size",
                "is \(count), and pool_size and max_concurrent_runs together need \(sandboxes) user ids")
        }
        // The last id is the kernel's “no such user”.
        guard let first = UInt32(exactly: start), let last = UInt32(exactly: start + count - 1), last < UInt32.max
        else {
            throw ConfigurationError(nil, key: "uid_range_start", "plus uid_range_size is above the highest user id")
        }
        return first...last
    }
}
