import CLinux
import Glibc
import Synchronization

/// One thread that waits for descriptors and timers and runs the actors that live on it.
///
/// An actor that names a loop as its executor may watch descriptors without locks and without a thread hop for each event:
/// handlers run on the loop's thread, where `assumeIsolated` of such an actor holds. Nothing on a loop may block.
///
/// Every job that is enqueued runs, also after `stop`: then on a thread of the cooperative pool, one job at a time as
/// before. No descriptor is watched and no timer fires any more.
///
/// `@unchecked Sendable`: `watches`, `timers` and `nextTag` are touched only by whoever runs the loop's jobs, everything
/// else is immutable, atomic or behind `queue`.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var phase = Phase.running
    }

    private enum Phase {
        case running
        /// The thread ends when it finds nothing to do.
        case stopping
        /// The thread has ended.
        case ended
        /// It has ended, and a task runs what has been queued since.
        case finishing
    }

    private let queue = Mutex(Queue())
    private let isAwake = Atomic(true)
    private let thread = Atomic<UInt>(0)
    private let epoll: Descriptor
    private let wakeup: Descriptor
    private var watches: [UInt64: Watch] = [:]
    private var nextTag: UInt64 = 1
    private var timers = TimerQueue()
    /// Memory for a read within one handler; its contents do not outlast it.
    package let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    deinit { scratch.deallocate() }

    private struct Watch {
        let descriptor: Int32
        let handler: (EventLoop.Events) -> Void
    }

    /// What a descriptor is ready for (epoll_ctl(2)).
    package struct Events: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }
        package static let readable = Events(rawValue: 0x001)
        package static let writable = Events(rawValue: 0x004)
        package static let failed = Events(rawValue: 0x008)
        package static let hungUp = Events(rawValue: 0x010)
    }

    /// Starts the thread. `name` is what `ps -L` shows, at most 15 bytes.
    package init(name: String) throws(SystemError) {
        // A pipe whose reader is gone is an error to handle, not the end of the process.
        linux_ignore_signal(SIGPIPE)
        epoll = try Descriptor(result: linux_epoll_create(), "epoll_create1", name)
        wakeup = try Descriptor(result: linux_eventfd(), "eventfd", name)
        try SystemError.check(
            linux_epoll_set(epoll.number, EPOLL_CTL_ADD, wakeup.number, Events.readable.rawValue, 0), "epoll_ctl", name)
        try startThread(named: name)
    }

    private func startThread(named name: String) throws(SystemError) {
        var identifier = pthread_t()
        let start = Unmanaged.passRetained(ThreadStart(loop: self, name: name))
        let result = pthread_create(
            &identifier, nil,
            { argument in
                let start = Unmanaged<ThreadStart>.fromOpaque(argument!).takeRetainedValue()
                _ = linux_set_name(start.name)
                start.loop.main()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw SystemError("pthread_create", name, Errno(result))
        }
        pthread_detach(identifier)
    }

    private final class ThreadStart {
        let loop: EventLoop
        let name: String
        init(loop: EventLoop, name: String) {
            self.loop = loop
            self.name = name
        }
    }

    // MARK: Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isLate = queue.withLock { queue in
            queue.jobs.append(job)
            guard queue.phase == .ended else { return false }
            queue.phase = .finishing
            return true
        }
        if isLate { Task.detached { self.runLateJobs() } } else { wake() }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    package func checkIsolated() {
        precondition(isCurrent, "called from outside of the event loop")
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Whether the caller is on this loop's thread.
    package var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Lets the thread end once what is queued has run; then watches and timers are dropped.
    package func stop() {
        queue.withLock { if $0.phase == .running { $0.phase = .stopping } }
        wake()
    }

    private func wake() {
        guard !isAwake.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var one: UInt64 = 1
        _ = linux_write(wakeup.number, &one, 8)
    }

    // MARK: Descriptors and timers, on the loop only

    /// Calls `handler` on the loop whenever `descriptor` is ready, until `unwatch`. The descriptor stays the caller's.
    /// Throws ESHUTDOWN when the loop has ended.
    package func watch(
        _ descriptor: Int32, _ events: Events, handler: @escaping (Events) -> Void
    ) throws(SystemError) -> UInt64 {
        checkIsolated()
        guard !hasEnded else { throw SystemError("watch", "descriptor \(descriptor)", Errno(ESHUTDOWN)) }
        let tag = nextTag
        nextTag += 1
        try SystemError.check(
            linux_epoll_set(epoll.number, EPOLL_CTL_ADD, descriptor, events.rawValue, tag), "epoll_ctl",
            "descriptor \(descriptor)")
        watches[tag] = Watch(descriptor: descriptor, handler: handler)
        return tag
    }

    /// Watches the same descriptor for other events.
    package func rewatch(_ tag: UInt64, _ events: Events) throws(SystemError) {
        checkIsolated()
        guard let watch = watches[tag] else { return }
        try SystemError.check(
            linux_epoll_set(epoll.number, EPOLL_CTL_MOD, watch.descriptor, events.rawValue, tag), "epoll_ctl",
            "descriptor \(watch.descriptor)")
    }

    /// Must come before the descriptor is closed.
    package func unwatch(_ tag: UInt64) {
        checkIsolated()
        guard let watch = watches.removeValue(forKey: tag) else { return }
        _ = linux_epoll_set(epoll.number, EPOLL_CTL_DEL, watch.descriptor, 0, 0)
    }

    /// Calls `handler` once on the loop, not before `duration` has passed; never when the loop has ended. Returns what
    /// `cancelTimer` takes.
    package func after(_ duration: Duration, handler: @escaping () -> Void) -> UInt64 {
        checkIsolated()
        let tag = nextTag
        nextTag += 1
        if !hasEnded { timers.insert(tag, deadline: .now + duration, handler) }
        return tag
    }

    /// Without effect for a timer that has fired.
    package func cancelTimer(_ tag: UInt64) {
        checkIsolated()
        timers.remove(tag)
    }

    // MARK: The thread

    private func main() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 64)
        defer { events.deallocate() }
        while true {
            if runJobs(), endIfIdle() { return }
            while let due = timers.takeDue() { due() }
            // From here on a wake-up is needed; what was queued before is seen by the check.
            isAwake.store(false, ordering: .sequentiallyConsistent)
            let hasWork = queue.withLock { !$0.jobs.isEmpty || $0.phase == .stopping }
            let count = linux_epoll_wait(epoll.number, events, 64, hasWork ? 0 : timers.millisecondsToNext())
            isAwake.store(true, ordering: .sequentiallyConsistent)
            for index in 0..<max(0, count) { deliver(events[index]) }
        }
    }

    private func deliver(_ event: epoll_event) {
        if event.data.u64 == 0 {
            var value: UInt64 = 0
            _ = linux_read(wakeup.number, &value, 8)
        } else if let watch = watches[event.data.u64] {
            watch.handler(Events(rawValue: event.events))
        }
    }

    /// As often in a row as what was queued meanwhile comes before descriptors and timers.
    private static let rounds = 16

    /// Runs what is queued. True when there is nothing left and the loop is to stop.
    private func runJobs() -> Bool {
        for _ in 0..<Self.rounds {
            let (jobs, isStopping) = takeJobs()
            if jobs.isEmpty { return isStopping }
            run(jobs)
        }
        return false
    }

    private func takeJobs() -> (jobs: [UnownedJob], isStopping: Bool) {
        queue.withLock { queue in
            let jobs = queue.jobs
            queue.jobs.removeAll(keepingCapacity: true)
            return (jobs, queue.phase == .stopping)
        }
    }

    private func run(_ jobs: [UnownedJob]) {
        for job in jobs {
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }

    // MARK: The end

    private var hasEnded: Bool { queue.withLock { $0.phase == .ended || $0.phase == .finishing } }

    /// False when there is work. Handlers are freed last, because what they hold may enqueue when it goes.
    private func endIfIdle() -> Bool {
        let handlers = (watches, timers)
        (watches, timers) = ([:], TimerQueue())
        thread.store(0, ordering: .relaxed)
        let isIdle = queue.withLock { queue in
            guard queue.jobs.isEmpty else { return false }
            queue.phase = .ended
            return true
        }
        if !isIdle {
            (watches, timers) = handlers
            thread.store(UInt(pthread_self()), ordering: .relaxed)
        }
        return isIdle
    }

    /// Runs jobs that were queued after the end of the thread, on the calling one, until there are none.
    private func runLateJobs() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        while true {
            run(takeJobs().jobs)
            let isIdle = queue.withLock { queue in
                guard queue.jobs.isEmpty else { return false }
                thread.store(0, ordering: .relaxed)
                queue.phase = .ended
                return true
            }
            if isIdle { return }
        }
    }
}
