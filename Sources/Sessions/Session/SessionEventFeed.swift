import DequeModule
import Synchronization

/// The events of a session for one reader: a bounded number wait for it, and what is more is counted and told as missed.
final class SessionEventFeed: Sendable {
    private struct State {
        var waiting: Deque<SessionEvent> = []
        var missed = 0
        var isOver = false
    }

    private static let maximumWaiting = 256

    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init() { (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func tell(_ event: SessionEvent) {
        state.withLock { state in
            // Once something is lost, all is until the reader has taken what waits: it has to ask again anyway.
            if state.missed > 0 || state.waiting.count >= Self.maximumWaiting {
                state.missed += 1
            } else {
                state.waiting.append(event)
            }
        }
        signal.yield()
    }

    /// What waits is still read.
    func finish() {
        state.withLock { $0.isOver = true }
        signal.finish()
    }

    /// `onEnd` is called once when the reader has gone, however it went.
    func stream(onEnd: @escaping @Sendable () -> Void) -> AsyncStream<SessionEvent> {
        let reader = Reader(onEnd)
        return AsyncStream {
            let event = await self.next()
            return withExtendedLifetime(reader) { event }
        } onCancel: {
            self.finish()
        }
    }

    /// Lives as long as the stream.
    private final class Reader: Sendable {
        private let onEnd: @Sendable () -> Void
        init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
        deinit { onEnd() }
    }

    private func next() async -> SessionEvent? {
        while true {
            if let event = take() { return event }
            if state.withLock({ $0.isOver }) { return take() }
            var iterator = signals.makeAsyncIterator()
            _ = await iterator.next()
            if Task.isCancelled { return nil }
        }
    }

    private func take() -> SessionEvent? {
        state.withLock { state in
            if let event = state.waiting.popFirst() { return event }
            guard state.missed > 0 else { return nil }
            defer { state.missed = 0 }
            return .missed(state.missed)
        }
    }
}
