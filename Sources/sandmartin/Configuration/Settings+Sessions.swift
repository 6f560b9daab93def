/// What sessions are, and how many there may be.
extension Settings {
    static let sessions: [any SettingDeclaration] = [
        workspacePath, maximumSessions, maximumAwake, sessionIdleTimeout, maximumSessionIdleTimeout, sessionLifetime,
        maximumSessionLifetime, sessionHibernation, sessionMemory, sessionProcesses, sessionScratch, sessionDisk,
        commandTimeout, maximumCommandTimeout, maximumTerminals, terminalGrace, sessionUserIDStart, sessionUserIDCount,
    ]

    static let workspacePath = Setting(
        "workspace_path", .path, .derived("`workspaces` in `sandbox_dir`"),
        "Directory of the sessions' workspaces, best on a file system of its own. It belongs to this server alone: what is not of one of its sessions is removed at start."
    )
    static let maximumSessions = Setting(
        "max_sessions", .count(0...1_000_000), .fixed("10000"),
        "Sessions of everybody, most of them asleep; 0 switches sessions off.")
    static let maximumAwake = Setting(
        "max_awake_sessions", .count(1...2048),
        .machine("16 for each processor, at least 32") { max(32, 16 * $0.processors) },
        "Sessions with a sandbox at once. Those that have nothing to do give theirs up for others; no key gets more than three quarters."
    )
    static let sessionIdleTimeout = Setting(
        "session_idle_timeout", .seconds(1...31_536_000), .fixed("86400"),
        "A session that is not used for so long ends, with its files, if it was not made otherwise.")
    static let maximumSessionIdleTimeout = Setting(
        "max_session_idle_timeout", .seconds(1...31_536_000), .fixed("2592000"),
        "The most that may be asked for as `idle_timeout`.")
    static let sessionLifetime = Setting(
        "session_lifetime", .seconds(1...315_360_000), .fixed("604800"),
        "A session ends so long after it was made, used or not, if it was not made otherwise.")
    static let maximumSessionLifetime = Setting(
        "max_session_lifetime", .seconds(1...315_360_000), .fixed("31536000"),
        "The most that may be asked for as `lifetime`, extensions included.")
    static let sessionHibernation = Setting(
        "session_hibernation", .seconds(0.1...86_400), .fixed("60"),
        "A session in which nothing runs for so long gives its sandbox up; the next command makes another, in milliseconds. Files in `/tmp` go with it."
    )
    static let sessionMemory = Setting(
        "session_memory_mb", .mebibytes(8...1_048_576), .fixed("512"),
        "Memory of everything in a session, `/tmp` included.")
    static let sessionProcesses = Setting(
        "session_processes", .count(1...32_768), .fixed("128"), "Processes and threads alive at once in a session.")
    static let sessionScratch = Setting(
        "session_tmp_mb", .mebibytes(1...1_048_576), .fixed("64"), "Files in a session's `/tmp` and `/dev/shm`.")
    static let sessionDisk = Setting(
        "session_disk_mb", .mebibytes(1...1_000_000_000), .fixed("2048"),
        "Files in a session's workspace. They are counted while commands run, and a command that goes beyond is ended.")
    static let commandTimeout = Setting(
        "command_timeout", .seconds(0.1...86_400), .fixed("30"),
        "Real time of a shell command whose request names no `timeout`; commands in the background have none.")
    static let maximumCommandTimeout = Setting(
        "max_command_timeout", .seconds(0.1...86_400), .derived("600, or `command_timeout` if that is more"),
        "The most that a shell command may ask for as `timeout`.")
    static let maximumTerminals = Setting(
        "max_terminals", .count(0...64), .fixed("8"), "Terminals of a session at once.")
    static let terminalGrace = Setting(
        "terminal_grace", .seconds(0.1...86_400), .fixed("120"),
        "How long a terminal waits for somebody to look at it again.")
    static let sessionUserIDStart = Setting(
        "session_uid_range_start", .count(1000...4_294_000_000), .fixed("300000"),
        "First user id of the host for sessions, each of which has one of its own; nothing else may use the range.")
    static let sessionUserIDCount = Setting(
        "session_uid_range_size", .count(8...1_000_000), .fixed("65536"),
        "User ids in that range, at least `max_sessions`.")
}
