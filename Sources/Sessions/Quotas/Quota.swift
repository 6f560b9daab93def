package import Isolation

/// How much one owner may use, over all that belongs to it.
package struct Quota: Hashable, Sendable {
    /// Runs accepted and not ended yet, waiting or running.
    package var concurrentRuns: Int
    /// Sessions that have not ended, hibernated ones too.
    package var sessions: Int
    /// Runs accepted within any 60 seconds.
    package var runsPerMinute: Int
    /// Processor time of runs that ended within any 3600 seconds, compilers included.
    package var cpuPerHour: Duration
    /// Files in all its sessions.
    package var disk: ByteCount

    package init(concurrentRuns: Int, sessions: Int, runsPerMinute: Int, cpuPerHour: Duration, disk: ByteCount) {
        self.concurrentRuns = concurrentRuns
        self.sessions = sessions
        self.runsPerMinute = runsPerMinute
        self.cpuPerHour = cpuPerHour
        self.disk = disk
    }

    /// More than any machine can do.
    package static let unbounded = Quota(
        concurrentRuns: .max, sessions: .max, runsPerMinute: .max, cpuPerHour: .seconds(1 << 40), disk: ByteCount(.max))
}

/// What a key has otherwise than other keys; nil: as they have it.
package struct QuotaOverrides: Hashable, Sendable {
    package var concurrentRuns: Int?
    package var sessions: Int?
    package var runsPerMinute: Int?
    package var cpuPerHour: Duration?
    package var disk: ByteCount?

    package init() {}

    package func applied(to quota: Quota) -> Quota {
        Quota(
            concurrentRuns: concurrentRuns ?? quota.concurrentRuns, sessions: sessions ?? quota.sessions,
            runsPerMinute: runsPerMinute ?? quota.runsPerMinute, cpuPerHour: cpuPerHour ?? quota.cpuPerHour,
            disk: disk ?? quota.disk)
    }
}
