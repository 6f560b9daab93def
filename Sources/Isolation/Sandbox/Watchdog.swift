import LinuxKernel

/// When to look at a running sandbox again, and whether what was seen ends it.
enum Watchdog {
    static let first = Duration.milliseconds(20)
    private static let interval = Duration.milliseconds(50)
    private static let shortest = Duration.milliseconds(2)

    /// The limit that was reached, if one was.
    static func reason(_ sample: CgroupSample, _ limits: Limits) -> Ending? {
        if sample.oomKills > 0 { return .memory }
        if sample.processLimitHits > 0 { return .processes }
        if .microseconds(sample.cpuMicroseconds) >= limits.cpu { return .cpu }
        return nil
    }

    /// Processor time grows at most by the number of processors in real time, so that the limit is met within milliseconds
    /// although it is looked at seldom.
    static func next(_ sample: CgroupSample, _ limits: Limits, processors: Int) -> Duration {
        let left = limits.cpu - .microseconds(sample.cpuMicroseconds)
        return max(shortest, min(interval, left / processors))
    }
}
