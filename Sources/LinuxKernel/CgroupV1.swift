import CLinux
import Synchronization

/// A sandbox's group in each v1 hierarchy (Documentation/admin-guide/cgroup-v1).
///
/// Making and removing takes 0.7 ms, so a group serves many sandboxes. Files that are used for each keep open;
/// limits, which change rarely, are opened when they are set.
final class CgroupV1: Cgroup {
    private let parent: CgroupV1Parent
    private let name: String
    /// `cgroup.procs` of each hierarchy.
    private let members: [CgroupFile]
    private let memoryUsage, memoryPeak, outOfMemory, processCount, processEvents, processorUsage: CgroupFile
    private let processPeak: CgroupFile?
    private let processorStatistics: CgroupFile?
    private let state: Mutex<State>

    private struct State {
        var start = CgroupCounters()
        var memoryLimit = Int.max
        var processLimit = Int.max
        var hasShare = false
        /// ``killAll()`` has set the process limit to 0.
        var isFrozen = false
    }

    /// Opens the groups `name`, which exist.
    init(_ name: String, in parent: CgroupV1Parent) throws(SystemError) {
        self.parent = parent
        self.name = name
        var members: [CgroupFile] = []
        for hierarchy in 0..<parent.hierarchyCount {
            members.append(try CgroupFile(try parent.open(name, hierarchy: hierarchy), "cgroup.procs", O_WRONLY))
        }
        self.members = members
        let memory = try parent.open(name, .memory)
        memoryUsage = try CgroupFile(memory, "memory.usage_in_bytes")
        memoryPeak = try CgroupFile(memory, "memory.max_usage_in_bytes", O_RDWR)
        outOfMemory = try CgroupFile(memory, "memory.oom_control")
        let processes = try parent.open(name, .pids)
        processCount = try CgroupFile(processes, "pids.current")
        processEvents = try CgroupFile(processes, "pids.events")
        processPeak = try CgroupFile.ifPresent(processes, "pids.peak")
        processorUsage = try CgroupFile(try parent.open(name, .cpuacct), "cpuacct.usage")
        processorStatistics = try CgroupFile.ifPresent(try parent.open(name, .cpu), "cpu.stat")
        state = Mutex(State())
        try state.withLock { state throws(SystemError) in state.start = try count() }
    }

    var cloneDirectory: SharedDescriptor? { nil }

    func admit(_ pid: Int32) throws(SystemError) {
        for member in members { try member.write("\(pid)") }
    }

    // MARK: Limits

    func limit(memory: Int, processes: Int, endsTogether: Bool) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            state.memoryLimit = .max
            try setMemory(memory)
            state.memoryLimit = memory
            try setProcesses(processes)
            state.processLimit = processes
            state.isFrozen = false
        }
    }

    /// Memory and swap together may never be below memory alone, so the order depends on the direction.
    private func setMemory(_ bytes: Int) throws(SystemError) {
        let directory = try parent.open(name, .memory)
        let expected = CgroupCounters.wholePages(bytes)
        let memory = try CgroupFile(directory, "memory.limit_in_bytes", O_RDWR)
        if let swappiness = try CgroupFile.ifPresent(directory, "memory.swappiness", O_RDWR) { try swappiness.set(0) }
        guard let both = try CgroupFile.ifPresent(directory, "memory.memsw.limit_in_bytes", O_RDWR) else {
            return try memory.set(bytes, shownAs: expected)
        }
        if try both.number() < expected {
            try both.set(bytes, shownAs: expected)
            try memory.set(bytes, shownAs: expected)
        } else {
            try memory.set(bytes, shownAs: expected)
            try both.set(bytes, shownAs: expected)
        }
    }

    private func setProcesses(_ count: Int) throws(SystemError) {
        try CgroupFile(try parent.open(name, .pids), "pids.max", O_RDWR).set(count)
    }

    func share(processors: Double?) throws(SystemError) {
        let directory = try parent.open(name, .cpu)
        guard let processors else {
            if let quota = try CgroupFile.ifPresent(directory, "cpu.cfs_quota_us", O_RDWR) { try quota.set(-1) }
            return state.withLock { $0.hasShare = false }
        }
        let quota = Int((parent.allowedShare(processors) * Double(CgroupCounters.period)).rounded())
        try CgroupFile(directory, "cpu.cfs_period_us", O_RDWR).set(CgroupCounters.period)
        try CgroupFile(directory, "cpu.cfs_quota_us", O_RDWR).set(quota)
        state.withLock { $0.hasShare = true }
    }

    // MARK: Counters

    func sample() throws(SystemError) -> CgroupSample {
        try state.withLock { state throws(SystemError) in
            try count(throttling: state.hasShare).sample(since: &state.start, memoryLimit: state.memoryLimit)
        }
    }

    private func count(throttling: Bool = true) throws(SystemError) -> CgroupCounters {
        var counters = CgroupCounters()
        counters.memory = try memoryUsage.number()
        counters.memoryPeak = try memoryPeak.number()
        guard let kills = try outOfMemory.number(named: "oom_kill") else {
            throw SystemError("find oom_kill (Linux 4.13) in", "memory.oom_control", Errno(ENODATA))
        }
        counters.oomKills = kills
        counters.processes = try processCount.number()
        counters.processLimitHits = try processEvents.number(named: "max") ?? 0
        counters.processorMicroseconds = try processorUsage.number() / 1000
        if let processPeak { counters.processPeak = try processPeak.number() }
        if throttling, let processorStatistics {
            counters.throttledMicroseconds = try processorStatistics.number(named: "throttled_time").map { $0 / 1000 }
        }
        return counters
    }

    // MARK: Reuse and end

    func reset() throws(SystemError) -> Bool {
        try state.withLock { state throws(SystemError) -> Bool in
            guard try CgroupDirectory.settles(within: CgroupCounters.departure, isEmpty) else {
                throw SystemError("reset the cgroup in use", parent.path + "/" + name, Errno(EBUSY))
            }
            if state.isFrozen {
                try setProcesses(state.processLimit)
                state.isFrozen = false
            }
            try memoryPeak.write("0")
            state.start = try count()
            return state.start.memory <= CgroupCounters.harmlessRest
        }
    }

    private func isEmpty() throws(SystemError) -> Bool {
        for hierarchy in 0..<parent.hierarchyCount {
            // Opened each time: the kernel shows a file that has been read before the same list again for a second.
            let list = try CgroupFile(try parent.open(name, hierarchy: hierarchy), "cgroup.procs")
            if try !list.isEmpty() { return false }
        }
        return true
    }

    func killAll() throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            state.isFrozen = true
            try setProcesses(0)
        }
        for hierarchy in 0..<parent.hierarchyCount { try parent.open(name, hierarchy: hierarchy).killAll() }
    }

    func remove() throws(SystemError) {
        try killAll()
        try parent.removeGroup(name)
    }
}
