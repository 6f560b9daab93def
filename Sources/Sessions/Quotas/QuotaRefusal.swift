/// One thing that a quota bounds.
package enum QuotaResource: String, CaseIterable, Sendable {
    case concurrentRuns = "concurrent_runs"
    case sessions
    case runsPerMinute = "runs_per_minute"
    case cpuPerHour = "cpu_seconds_per_hour"
    case disk = "disk_mb"
}

/// A caller has used up a quota. Nothing was started and nothing was counted.
package struct QuotaRefusal: Error, Hashable, Sendable {
    package let resource: QuotaResource
    /// What the caller may use, in the unit that the resource's name tells.
    package let limit: Int
    /// For what a window bounds: when the same request would be admitted, if nothing else is meanwhile. For the rest,
    /// which frees when something of the caller's ends: when asking again is no nuisance.
    package let retryAfter: Duration

    package init(resource: QuotaResource, limit: Int, retryAfter: Duration) {
        self.resource = resource
        self.limit = limit
        self.retryAfter = retryAfter
    }

    /// A whole sentence for the caller.
    package var message: String {
        switch resource {
        case .concurrentRuns: "This key may have \(limit) runs at once; wait for one to end."
        case .sessions: "This key may have \(limit) sessions; end one first."
        case .runsPerMinute: "This key may start \(limit) runs a minute; try again later."
        case .cpuPerHour: "This key may use \(limit) seconds of processor time an hour; try again later."
        case .disk: "This key may keep \(limit) MiB of files; delete some first."
        }
    }
}
