import DequeModule
import Dispatch
import LinuxKernel
package import Logging
import ServiceLifecycle
import Synchronization

/// Watches the machine: one sample a second, the last quarter of an hour in memory.
package final class SystemMonitor: Sendable {
    package static let interval = Duration.seconds(1)
    /// 15 minutes.
    package static let historyCount = 900
    /// Samples whose mean decides about pressure: one busy second refuses nobody.
    private static let pressureCount = 5

    private struct State {
        var history: Deque<MachineSample> = []
        var listeners: [Int: AsyncStream<MachineSample>.Continuation] = [:]
        var nextListener = 0
        var pressure: MachinePressure?
        var times: ProcessorTimes?
        var isOver = false
    }

    package let facts: MachineFacts
    private let limits: MachineLimits
    private let reader: MachineReader
    private let logger: Logger
    private let now: @Sendable () -> WallTime
    private let state = Mutex(State())
    /// Reading blocks, if a disk hangs also for long: not on the threads that requests need.
    private let queue = DispatchQueue(label: "sandmartin.system-monitor")

    package init(
        facts: MachineFacts, limits: MachineLimits = MachineLimits(), reader: MachineReader, logger: Logger,
        now: @escaping @Sendable () -> WallTime = { .now() }
    ) {
        self.facts = facts
        self.limits = limits
        self.reader = reader
        self.logger = logger
        self.now = now
    }

    /// Nil before the first sample.
    package var latest: MachineSample? { state.withLock { $0.history.last } }

    /// The last `count` samples, the oldest first.
    package func history(_ count: Int) -> [MachineSample] { state.withLock { Array($0.history.suffix(count)) } }

    /// Nil as long as the machine can take more work.
    package var pressure: MachinePressure? { state.withLock { $0.pressure } }

    /// What one listener hears.
    package struct Subscription: Sendable {
        package let samples: AsyncStream<MachineSample>
        private let continuation: AsyncStream<MachineSample>.Continuation

        fileprivate init(_ samples: AsyncStream<MachineSample>, _ continuation: AsyncStream<MachineSample>.Continuation)
        {
            self.samples = samples
            self.continuation = continuation
        }

        /// Ends `samples`.
        package func cancel() { continuation.finish() }
    }

    /// The last `count` samples and then every new one, until it is cancelled or the monitor ends. A listener that is
    /// slower than a quarter of an hour misses samples.
    package func subscribe(history count: Int = 0) -> Subscription {
        let (stream, continuation) = AsyncStream.makeStream(
            of: MachineSample.self, bufferingPolicy: .bufferingNewest(Self.historyCount))
        let listener = state.withLock { state in
            for sample in state.history.suffix(count) { continuation.yield(sample) }
            state.nextListener += 1
            if state.isOver { continuation.finish() } else { state.listeners[state.nextListener] = continuation }
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: listener) }
        }
        return Subscription(stream, continuation)
    }

    /// Takes a sample into the history and tells it.
    package func take(_ sample: MachineSample) {
        let listeners = state.withLock { state in
            state.history.append(sample)
            if state.history.count > Self.historyCount { state.history.removeFirst() }
            let recent = state.history.suffix(Self.pressureCount)
            state.pressure = limits.pressure(
                cpuPercent: recent.reduce(0) { $0 + $1.cpuPercent } / Double(recent.count),
                memoryPercent: sample.memory.usedPercent)
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.yield(sample) }
    }

    /// Lets every reader go.
    private func end() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            state.isOver = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}

extension SystemMonitor: Service {
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.read()
                do { try await Task.sleep(for: Self.interval) } catch { break }
            }
        }
        end()
    }

    /// Takes one sample now: before the server begins, so that there is always a latest one.
    package func begin() async { await read() }

    private func read() async {
        let (reader, time, earlier) = (reader, now(), state.withLock { $0.times })
        do {
            let (times, sample) = try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try reader.sample(since: earlier, at: time) }) }
            }
            state.withLock { $0.times = times }
            take(sample)
        } catch {
            logger.error("the machine could not be asked how it is", metadata: ["reason": "\(error)"])
        }
    }
}
