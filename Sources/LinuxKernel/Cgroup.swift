/// What the kernel counted in a group since its last reset.
package struct CgroupSample: Hashable, Sendable {
    /// Bytes charged now, with page cache and what the kernel holds for the group.
    package var memoryCurrent = 0
    /// Most bytes charged at once. Exact where the kernel keeps it; else the largest of the samples taken.
    package var memoryPeak = 0
    /// Processes that the kernel killed because the group was out of memory.
    package var oomKills = 0
    /// Processes and threads alive, and those dead that nobody has waited for.
    package var processes = 0
    /// Most processes at once, where the kernel knows it for this use of the group (Linux 6.1, and not in every sample).
    package var processesPeak: Int?
    /// How often a fork or a thread was refused by the limit.
    package var processLimitHits = 0
    /// Processor time of all processes, user and system, also of those that have ended.
    package var cpuMicroseconds = 0
    /// Time that processes waited because the group had used its share; nil where no share is set.
    package var throttledMicroseconds: Int?
    /// Bytes on disk of files without a name that processes have open or mapped. Only a supervisor counts them.
    package var unlinkedBytes = 0

    package init() {}
}

/// A control group for one sandbox at a time, in whatever version of the interface the host has.
///
/// Nothing fails open: every limit that is set is read back, and what the kernel did not take throws.
package protocol Cgroup: AnyObject, Sendable {
    /// Where clone3 can make a process in the group (`CLONE_INTO_CGROUP`, cgroup v2, Linux 5.7); nil: use ``admit(_:)``.
    /// After ``reset()`` it may be another one.
    var cloneDirectory: SharedDescriptor? { get }

    /// Sets the most bytes of memory, none of it in swap, and the most processes and threads. Stays across resets.
    ///
    /// `endsTogether`: out of memory ends all processes of the group and not the largest alone, where the kernel can (v2).
    func limit(memory: Int, processes: Int, endsTogether: Bool) throws(SystemError)

    /// Sets the processor time per real time, in processors; nil: all. Stays across resets.
    func share(processors: Double?) throws(SystemError)

    /// Moves a process with its threads here. Takes milliseconds at times: the kernel may wait for an RCU grace period.
    func admit(_ pid: Int32) throws(SystemError)

    /// Reads the counters: a handful of reads of open files, fit to be called every few milliseconds.
    func sample() throws(SystemError) -> CgroupSample

    /// Starts counting from zero. Throws EBUSY while a process is alive in the group.
    ///
    /// False: so much memory is still charged, cache or shared memory that the kernel frees later, that the next use would
    /// feel it. Then a new group is wanted.
    @discardableResult
    func reset() throws(SystemError) -> Bool

    /// Kills every process in the group and waits until they are dead. Throws ETIMEDOUT if some are not after 10 s (a
    /// process waits uninterruptibly for a device). No process can be made in the group until ``reset()``.
    func killAll() throws(SystemError)

    /// Kills what is left in the group and removes it. It must not be used after.
    func remove() throws(SystemError)
}

extension Cgroup {
    /// For a group that is of no use without one of its processes.
    package func limit(memory: Int, processes: Int) throws(SystemError) {
        try limit(memory: memory, processes: processes, endsTogether: true)
    }
}

/// A server's own group, which holds the groups of its sandboxes.
///
/// It is locked as long as this object or its process lives; what a dead server left is removed by the next one.
package protocol CgroupParent: AnyObject, Sendable {
    /// Which interface of the kernel it uses: `v1` or `v2`.
    var version: String { get }
    /// Where it is, for people.
    var path: String { get }
    /// What an earlier server left and could not be removed, with the reason. Harmless, but worth a line in the log.
    var leftovers: [SystemError] { get }

    /// Makes an empty group without limits. The name must be free.
    func makeGroup(named name: String) throws(SystemError) -> any Cgroup

    /// Removes it with every group in it, killing what lives there.
    func remove() throws(SystemError)
}
