package import Isolation

/// What an owner uses now, by the same counts that admit and refuse.
package struct QuotaUsage: Hashable, Sendable {
    package var concurrentRuns = 0
    package var sessions = 0
    /// Within the last 60 seconds.
    package var runsPerMinute = 0
    /// Within the last 3600 seconds.
    package var cpuPerHour = Duration.zero
    package var disk = ByteCount(0)

    package init() {}
}
