import Glibc
import LinuxKernel
import Synchronization

/// A place for one live sandbox: its identity on the host and its cgroup, used by one sandbox after the other.
///
/// A slot is given out again only when nothing of the sandbox before lives any more and its cgroup counts from zero.
final class Slot: Sendable {
    let index: Int
    /// User and group id outside; the program is 1000 inside.
    let user: UInt32
    let group: any Cgroup
    /// Processors that a program may use at once.
    let processors: Int
    /// Told about what went wrong beside a request.
    let report: @Sendable (String) -> Void
    private let configured = Mutex<Configuration?>(nil)
    private let onRelease: @Sendable (Slot) async -> Void

    private struct Configuration: Equatable {
        var memory: ByteCount
        var processes: Int
        var endsTogether: Bool
    }

    init(
        index: Int, user: UInt32, group: any Cgroup, processors: Int, report: @escaping @Sendable (String) -> Void,
        onRelease: @escaping @Sendable (Slot) async -> Void
    ) {
        self.index = index
        self.user = user
        self.group = group
        self.processors = processors
        self.report = report
        self.onRelease = onRelease
    }

    /// Sets the cgroup's limits, unless they are what is asked for. The keeper is one process more than the program's.
    /// A run's processes end together when memory is out; a session goes on without the largest.
    func limit(memory: ByteCount, processes: Int, endsTogether: Bool = true) throws(SystemError) {
        let wanted = Configuration(memory: memory, processes: processes, endsTogether: endsTogether)
        let isSet = configured.withLock { $0 == wanted }
        guard !isSet else { return }
        configured.withLock { $0 = nil }
        try group.limit(memory: memory.bytes, processes: processes + 1, endsTogether: endsTogether)
        configured.withLock { $0 = wanted }
    }

    /// Moves the keeper into the cgroup. One that has ended before is lost.
    func admit(_ keeper: Int32) throws(SandboxFailure) {
        do {
            try group.admit(keeper)
        } catch {
            throw error.errno == Errno(ESRCH) ? .lost(during: "its way into a cgroup") : .system(error)
        }
    }

    func sample() throws(SystemError) -> CgroupSample { try group.sample() }

    func release() async { await onRelease(self) }
}
