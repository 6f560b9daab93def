import CLinux
import LinuxKernel

/// What a cgroup is at the other level: the limits and the figures of one sandbox, kept by its supervisor (the launcher's
/// `Account`) in memory that both sides have mapped.
///
/// `@unchecked Sendable`: every word is read and written whole, and each has one writer but for ``reset()``, when there is no
/// supervisor.
final class SupervisedGroup: Cgroup, @unchecked Sendable {
    private let file: SharedDescriptor
    private let words: UnsafeMutablePointer<UInt64>

    init() throws(SystemError) {
        let file = try Descriptor(result: linux_memfd("sandbox account"), "memfd_create", "account")
        try SystemError.check(linux_ftruncate(file.number, off_t(ACCOUNT_SIZE)), "ftruncate", "account")
        guard let memory = linux_map_shared(file.number, Int(ACCOUNT_SIZE)) else {
            throw SystemError("mmap", "account", .noMemory)
        }
        words = memory.bindMemory(to: UInt64.self, capacity: Int(ACCOUNT_SIZE) / 8)
        self.file = SharedDescriptor(file)
    }

    deinit { linux_unmap(words, Int(ACCOUNT_SIZE)) }

    /// The account's file, which the launcher gives to the supervisor.
    var cloneDirectory: SharedDescriptor? { file }

    func limit(memory: Int, processes: Int, endsTogether: Bool) {
        store(UInt64(memory), to: ACCOUNT_MEMORY_LIMIT)
        store(UInt64(processes), to: ACCOUNT_PROCESS_LIMIT)
        store(endsTogether ? 1 : 0, to: ACCOUNT_ENDS_TOGETHER)
    }

    /// Without the kernel's help only the affinity mask bounds the share, and the keeper sets that.
    func share(processors: Double?) {}

    func admit(_ pid: Int32) {}

    func sample() -> CgroupSample {
        var sample = CgroupSample()
        sample.memoryCurrent = load(ACCOUNT_MEMORY)
        // What was seen too late to be prevented was still too much, and no more than that is promised to anybody.
        sample.memoryPeak = min(load(ACCOUNT_MEMORY_PEAK), load(ACCOUNT_MEMORY_LIMIT))
        sample.oomKills = load(ACCOUNT_MEMORY_KILLS)
        sample.processes = load(ACCOUNT_PROCESSES)
        sample.processesPeak = load(ACCOUNT_PROCESSES_PEAK)
        sample.processLimitHits = load(ACCOUNT_PROCESS_REFUSALS)
        sample.cpuMicroseconds = load(ACCOUNT_CPU_MICROSECONDS)
        sample.unlinkedBytes = load(ACCOUNT_UNLINKED)
        return sample
    }

    func reset() -> Bool {
        for word in ACCOUNT_MEMORY.rawValue...ACCOUNT_UNLINKED.rawValue { linux_store(words + Int(word), 0) }
        return true
    }

    /// A sandbox whose supervisor has ended has no process.
    func killAll() {}
    func remove() {}

    private func load(_ word: account_word) -> Int { Int(linux_load(words + Int(word.rawValue))) }
    private func store(_ value: UInt64, to word: account_word) { linux_store(words + Int(word.rawValue), value) }
}

/// Makes the groups of the level landlock; there is nothing to keep or to clean.
final class SupervisedGroups: CgroupParent {
    var version: String { "supervisor" }
    var path: String { "" }
    var leftovers: [SystemError] { [] }

    func makeGroup(named name: String) throws(SystemError) -> any Cgroup { try SupervisedGroup() }
    func remove() {}
}
