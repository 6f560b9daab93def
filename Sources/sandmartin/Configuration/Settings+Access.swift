/// Who may use the server, and how much of it.
extension Settings {
    static let access: [any SettingDeclaration] = [
        apiKey, allowAnonymous, allowedOrigins, quotaRuns, quotaSessions, quotaRunsPerMinute, quotaProcessorTime,
        quotaDisk, anonymousRuns, anonymousSessions, anonymousRunsPerMinute, anonymousProcessorTime, anonymousDisk,
    ]

    static let apiKey = Setting(
        "api_key", .secret, .derived("no key"), secret: true,
        "An administrator's key, besides those that `sandmartin keys` makes. Best given by environment.")
    static let allowAnonymous = Setting(
        "allow_anonymous", .flag, .fixed("false"),
        "Serves callers without a key too, on any address; they share the small quota of the `anonymous_…` settings.")
    static let allowedOrigins = Setting(
        "allowed_origins", .origins, .derived("no others"),
        "Web pages that may use the server besides its own, separated by commas.")

    // MARK: What a key may use

    static let quotaRuns = Setting(
        "quota_concurrent_runs", .count(0...1_000_000),
        .derived("`max_concurrent_runs` and half of `max_queued_runs` together"),
        "Runs of one key at once, waiting ones too.")
    static let quotaSessions = Setting(
        "quota_sessions", .count(0...1_000_000), .fixed("1000"), "Sessions of one key.")
    static let quotaRunsPerMinute = Setting(
        "quota_runs_per_minute", .count(0...1_000_000), .fixed("6000"), "Runs that one key may start within a minute.")
    static let quotaProcessorTime = Setting(
        "quota_cpu_seconds_per_hour", .count(0...1_000_000_000),
        .machine("3600 for each processor") { 3600 * $0.processors },
        "Processor time of one key's runs within an hour, compilers included.")
    static let quotaDisk = Setting(
        "quota_disk_mb", .mebibytes(0...1_000_000_000), .fixed("10240"), "Files in all sessions of one key.")

    // MARK: What all callers without a key may use together

    static let anonymousRuns = Setting(
        "anonymous_concurrent_runs", .count(0...1_000_000), .fixed("4"),
        "The same for all callers without a key together, where `allow_anonymous` lets them in.")
    static let anonymousSessions = Setting(
        "anonymous_sessions", .count(0...1_000_000), .fixed("10"), "Likewise.")
    static let anonymousRunsPerMinute = Setting(
        "anonymous_runs_per_minute", .count(0...1_000_000), .fixed("120"), "Likewise.")
    static let anonymousProcessorTime = Setting(
        "anonymous_cpu_seconds_per_hour", .count(0...1_000_000_000), .fixed("1200"), "Likewise.")
    static let anonymousDisk = Setting(
        "anonymous_disk_mb", .mebibytes(0...1_000_000_000), .fixed("256"), "Likewise.")
}
