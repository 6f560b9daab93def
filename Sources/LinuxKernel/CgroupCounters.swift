import CLinux

/// The raw counters of a group at one moment, from whichever files they came.
struct CgroupCounters: Hashable, Sendable {
    /// Microseconds over which a share of processors is measured; the kernel's default.
    static let period = 100_000
    /// Milliseconds that dead processes may take to leave a group before it counts as in use.
    static let departure = 200
    /// Memory left by an earlier use that does not trouble the next.
    static let harmlessRest = 8 << 20

    /// A limit as the kernel shows it: whole pages, rounded down.
    static func wholePages(_ bytes: Int) -> Int {
        let page = sysconf(Int32(_SC_PAGESIZE))
        return bytes / page * page
    }

    var memory = 0
    /// Nil before Linux 5.19 with v2.
    var memoryPeak: Int?
    var oomKills = 0
    var processes = 0
    var processPeak: Int?
    var processLimitHits = 0
    var processorMicroseconds = 0
    var throttledMicroseconds: Int?
    /// The largest of `memory` in the samples since the start, kept in the start's counters.
    var largestSample = 0

    /// What has been counted since `start`, which remembers the largest memory seen.
    func sample(since start: inout CgroupCounters, memoryLimit: Int) -> CgroupSample {
        var sample = CgroupSample()
        start.largestSample = max(start.largestSample, memory)
        let peak = max(memoryPeak ?? 0, start.largestSample)
        // What was there at the start is cache of an earlier use. At the limit the kernel has dropped it to make room.
        let isAtLimit = peak >= memoryLimit - memoryLimit / 64
        sample.memoryCurrent = max(0, memory - start.memory)
        sample.memoryPeak = isAtLimit ? peak : max(sample.memoryCurrent, peak - start.memory)
        sample.oomKills = oomKills - start.oomKills
        sample.processes = processes
        // This peak is never reset: it is this use's only if it has grown.
        if let highest = processPeak, highest > start.processPeak ?? 0 { sample.processesPeak = highest }
        sample.processLimitHits = processLimitHits - start.processLimitHits
        sample.cpuMicroseconds = processorMicroseconds - start.processorMicroseconds
        if let throttledMicroseconds {
            sample.throttledMicroseconds = throttledMicroseconds - (start.throttledMicroseconds ?? 0)
        }
        return sample
    }
}
