import Isolation
import Sessions

extension Quota {
    var json: JSONValue {
        [
            "concurrent_runs": .bounded(concurrentRuns), "sessions": .bounded(sessions),
            "runs_per_minute": .bounded(runsPerMinute),
            "cpu_seconds_per_hour": cpuPerHour >= Quota.unbounded.cpuPerHour ? .null : cpuPerHour.seconds,
            "disk_mb": disk.bytes == .max ? .null : .integer(disk.mebibytes),
        ]
    }
}

extension QuotaUsage {
    var json: JSONValue {
        [
            "concurrent_runs": .integer(concurrentRuns), "sessions": .integer(sessions),
            "runs_per_minute": .integer(runsPerMinute), "cpu_seconds_per_hour": cpuPerHour.seconds,
            "disk_mb": .number(Double(disk.bytes) / Double(1 << 20)),
        ]
    }
}

extension JSONValue {
    /// Null for what is not bounded.
    fileprivate static func bounded(_ count: Int) -> JSONValue { count == .max ? .null : .integer(count) }
}
