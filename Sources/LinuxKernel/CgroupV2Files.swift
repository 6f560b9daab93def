import CLinux

/// The control files of one group of the unified hierarchy.
final class CgroupV2Files: Sendable {
    let directory: CgroupDirectory
    private let members: CgroupFile
    private let events: CgroupFile
    private let memoryCurrent: CgroupFile
    private let memoryEvents: CgroupFile
    private let memoryPeak: MemoryPeak
    private let processCount: CgroupFile
    private let processEvents: CgroupFile
    /// Linux 6.1.
    private let processPeak: CgroupFile?
    private let processorStatistics: CgroupFile

    init(_ directory: CgroupDirectory) throws(SystemError) {
        members = try CgroupFile(directory, "cgroup.procs", O_RDWR)
        events = try CgroupFile(directory, "cgroup.events")
        memoryCurrent = try CgroupFile(directory, "memory.current")
        memoryEvents = try CgroupFile(directory, "memory.events")
        memoryPeak = try MemoryPeak(directory)
        processCount = try CgroupFile(directory, "pids.current")
        processEvents = try CgroupFile(directory, "pids.events")
        processPeak = try CgroupFile.ifPresent(directory, "pids.peak")
        processorStatistics = try CgroupFile(directory, "cpu.stat")
        self.directory = directory
    }

    // MARK: Limits

    func limit(memory: Int, processes: Int, endsTogether: Bool) throws(SystemError) {
        // No swap at all; a kernel without swap accounting has no such file.
        if let swap = try CgroupFile.ifPresent(directory, "memory.swap.max", O_RDWR) { try swap.set(0) }
        // Out of memory ends a run's sandbox as a whole, instead of leaving a part of it (Linux 4.19).
        try CgroupFile(directory, "memory.oom.group", O_RDWR).set(endsTogether ? 1 : 0)
        try CgroupFile(directory, "memory.max", O_RDWR).set(memory, shownAs: CgroupCounters.wholePages(memory))
        try CgroupFile(directory, "pids.max", O_RDWR).set(processes)
    }

    func share(processors: Double?) throws(SystemError) {
        let file = try CgroupFile(directory, "cpu.max", O_RDWR)
        let quota = processors.map { Int(($0 * Double(CgroupCounters.period)).rounded()) }
        try file.write("\(quota.map(String.init) ?? "max") \(CgroupCounters.period)")
        let taken = try file.number()
        guard taken == quota ?? .max else {
            throw SystemError(
                "set a share of processors, but the kernel took \(taken), in", directory.path, Errno(ERANGE))
        }
    }

    // MARK: Processes

    func admit(_ pid: Int32) throws(SystemError) { try members.write("\(pid)") }

    func isUnpopulated() throws(SystemError) -> Bool { try events.number(named: "populated") == 0 }

    func forbidProcesses() throws(SystemError) { try CgroupFile(directory, "pids.max", O_RDWR).set(0) }

    func killAll() throws(SystemError) {
        // At once and with whatever is being forked (Linux 5.14); then, or instead, one by one until all are dead.
        if let kill = try CgroupFile.ifPresent(directory, "cgroup.kill", O_WRONLY) { try kill.write("1") }
        try directory.killAll()
    }

    // MARK: Counters

    func count() throws(SystemError) -> CgroupCounters {
        var counters = CgroupCounters()
        counters.memory = try memoryCurrent.number()
        counters.memoryPeak = try memoryPeak.read()
        counters.oomKills = try memoryEvents.number(named: "oom_kill") ?? 0
        counters.processes = try processCount.number()
        counters.processLimitHits = try processEvents.number(named: "max") ?? 0
        if let processPeak { counters.processPeak = try processPeak.number() }
        counters.processorMicroseconds = try processorStatistics.number(named: "usage_usec") ?? 0
        counters.throttledMicroseconds = try processorStatistics.number(named: "throttled_usec")
        return counters
    }

    /// Makes the group as good as new, as far as the kernel allows; false: only a new group will do.
    func renew() throws(SystemError) -> Bool {
        guard try memoryPeak.reset() else { return false }
        return try memoryCurrent.number() <= CgroupCounters.harmlessRest
    }
}

/// The file `memory.peak`: Linux 5.19; from Linux 6.12 on a write makes it start again for the file that is open.
private struct MemoryPeak: Sendable {
    private let file: CgroupFile?
    private let isWritable: Bool

    init(_ directory: CgroupDirectory) throws(SystemError) {
        let mayWrite = try Self.mayWrite(directory)
        let file = try CgroupFile.ifPresent(directory, "memory.peak", mayWrite ? O_RDWR : O_RDONLY)
        isWritable = mayWrite ? try Self.reset(file) : false
        self.file = file
    }

    private static func mayWrite(_ directory: CgroupDirectory) throws(SystemError) -> Bool {
        do throws(SystemError) {
            _ = try CgroupFile.ifPresent(directory, "memory.peak", O_RDWR)
            return true
        } catch  where error.errno == Errno(EACCES) || error.errno == Errno(EINVAL) {
            return false
        }
    }

    func read() throws(SystemError) -> Int? {
        guard let file else { return nil }
        return try file.number()
    }

    /// False where the kernel cannot.
    func reset() throws(SystemError) -> Bool { isWritable ? try Self.reset(file) : false }

    private static func reset(_ file: CgroupFile?) throws(SystemError) -> Bool {
        guard let file else { return false }
        do throws(SystemError) {
            try file.write("reset")
            return true
        } catch  where error.errno == Errno(EINVAL) {
            return false
        }
    }
}
