import Isolation
import Sessions

/// What the operator decided about sessions, checked as a whole.
struct SessionSettings: Sendable {
    let workspacePath: String
    let bounds: SessionBounds
    let userIDs: ClosedRange<UInt32>
    let maximumTerminals: Int
    let terminalGrace: Duration

    /// Whether there are sessions at all.
    var isEnabled: Bool { bounds.maximumSessions > 0 }

    /// `userIDs` are those that sandboxes of runs have; `sandboxDirectory` is where workspaces are if nothing is said.
    init(
        _ sources: ConfigurationSources, sandboxDirectory: String, userIDs: ClosedRange<UInt32>
    ) throws(ConfigurationError) {
        workspacePath = try sources.explicit(Settings.workspacePath)?.value ?? sandboxDirectory + "/workspaces"
        bounds = try Self.bounds(sources)
        maximumTerminals = try sources.value(Settings.maximumTerminals)
        terminalGrace = try sources.value(Settings.terminalGrace)
        self.userIDs = try Self.userIDs(sources, apartFrom: userIDs)
        guard !isEnabled || self.userIDs.count >= bounds.maximumSessions else {
            throw ConfigurationError(
                nil, key: Settings.sessionUserIDCount.key,
                "is \(self.userIDs.count), and max_sessions needs \(bounds.maximumSessions) user ids")
        }
    }

    private static func bounds(_ sources: ConfigurationSources) throws(ConfigurationError) -> SessionBounds {
        let disk = try sources.value(Settings.sessionDisk)
        let (idle, longestIdle) = try pair(sources, Settings.sessionIdleTimeout, Settings.maximumSessionIdleTimeout)
        let (lifetime, longestLifetime) = try pair(sources, Settings.sessionLifetime, Settings.maximumSessionLifetime)
        let (timeout, longestTimeout) = try timeouts(sources)
        return SessionBounds(
            standardIdleTimeout: idle, maximumIdleTimeout: longestIdle, standardLifetime: lifetime,
            maximumLifetime: longestLifetime,
            limits: SessionLimits(
                memory: try sources.value(Settings.sessionMemory),
                processes: try sources.value(Settings.sessionProcesses),
                scratch: try sources.value(Settings.sessionScratch)),
            disk: disk, standardTimeout: timeout, maximumTimeout: longestTimeout,
            command: CommandLimits(
                wall: nil, output: try sources.value(Settings.maximumOutput), fileSize: disk,
                openFiles: try sources.value(Settings.maximumOpenFiles)),
            hibernation: try sources.value(Settings.sessionHibernation),
            maximumSessions: try sources.value(Settings.maximumSessions),
            maximumAwake: try sources.value(Settings.maximumAwake))
    }

    /// A default gives way to a maximum that was set; two that were set must not contradict one another.
    private static func pair(
        _ sources: ConfigurationSources, _ standard: Setting<Duration>, _ maximum: Setting<Duration>
    ) throws(ConfigurationError) -> (Duration, Duration) {
        let most = try sources.value(maximum)
        guard let (value, origin) = try sources.explicit(standard) else {
            return (min(try sources.value(standard), most), most)
        }
        guard value <= most else {
            throw ConfigurationError(origin, key: standard.key, "must not be above \(maximum.key)")
        }
        return (value, most)
    }

    private static func timeouts(
        _ sources: ConfigurationSources
    ) throws(ConfigurationError) -> (standard: Duration, maximum: Duration) {
        let explicit = try sources.explicit(Settings.commandTimeout)
        let standard = try sources.value(Settings.commandTimeout)
        guard let most = try sources.explicit(Settings.maximumCommandTimeout)?.value else {
            return (standard, max(.seconds(600), standard))
        }
        if let (value, origin) = explicit, value > most {
            throw ConfigurationError(
                origin, key: Settings.commandTimeout.key, "must not be above max_command_timeout")
        }
        return (min(standard, most), most)
    }

    private static func userIDs(
        _ sources: ConfigurationSources, apartFrom others: ClosedRange<UInt32>
    ) throws(ConfigurationError) -> ClosedRange<UInt32> {
        let start = try sources.value(Settings.sessionUserIDStart)
        let count = try sources.value(Settings.sessionUserIDCount)
        // The last id is the kernel's “no such user”.
        guard let first = UInt32(exactly: start), let last = UInt32(exactly: start + count - 1), last < UInt32.max
        else {
            throw ConfigurationError(
                nil, key: Settings.sessionUserIDStart.key, "plus session_uid_range_size is above the highest user id")
        }
        guard !(first...last).overlaps(others) else {
            throw ConfigurationError(
                nil, key: Settings.sessionUserIDStart.key,
                "begins a range that has ids of the one at uid_range_start, and each id has one use only")
        }
        return first...last
    }
}

extension SessionConfiguration {
    /// `searchPath` is where shells look for programs.
    init(_ settings: SessionSettings, searchPath: String) {
        self.init(
            bounds: settings.bounds, users: settings.userIDs,
            environment: [
                "PATH": searchPath, "HOME": "/workspace", "LANG": "C.UTF-8", "TMPDIR": "/tmp", "USER": "sandbox",
                "LOGNAME": "sandbox", "SHELL": "/bin/bash",
            ])
        maximumTerminals = settings.maximumTerminals
        terminalGrace = settings.terminalGrace
    }
}
