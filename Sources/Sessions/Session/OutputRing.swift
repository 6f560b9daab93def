import Synchronization

/// The last part of what a command wrote, readable from any offset that is still there, also after its end.
///
/// Written on the sandbox's event loop, which never waits for a reader.
final class OutputRing: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        /// Bytes at the front that are dropped but still in the array.
        var start = 0
        var total = 0
        var isComplete = false
        var waiters: [Int: AsyncStream<Void>.Continuation] = [:]
        var lastWaiter = 0

        var kept: Int { bytes.count - start }

        /// The array moves once more than half of it is dropped, so that each byte costs the same.
        mutating func drop(toAtMost count: Int) {
            start += max(0, kept - count)
            guard start > bytes.count / 2 else { return }
            bytes = Array(bytes[start...])
            start = 0
        }
    }

    let limit: Int
    private let state = Mutex(State())

    /// Keeps at most `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// Bytes written so far, kept or not.
    var total: Int { state.withLock { $0.total } }

    /// Bytes that are kept.
    var kept: Int { state.withLock { $0.kept } }

    func append(_ bytes: [UInt8]) {
        let waiters = state.withLock { state in
            state.total += bytes.count
            state.bytes += bytes.suffix(limit)
            state.drop(toAtMost: limit)
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.yield() }
    }

    /// There will be no more; from now on at most `count` bytes are kept.
    func complete() {
        let waiters = state.withLock { state in
            state.isComplete = true
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.yield() }
    }

    /// Drops the first part of what is kept.
    func shrink(to count: Int) {
        state.withLock { state in
            state.drop(toAtMost: count)
            state.bytes = Array(state.bytes[state.start...])
            state.start = 0
        }
    }

    /// What is kept from `offset` on, at most `limit` bytes of it.
    func read(from offset: Int, limit: Int) -> ProcessOutput {
        state.withLock { state in
            let first = state.total - state.kept
            let from = min(max(offset, first), state.total)
            let begin = state.start + from - first
            let end = min(state.bytes.count, begin + max(0, limit))
            let bytes = Array(state.bytes[begin..<end])
            let next = from + bytes.count
            return ProcessOutput(
                bytes: bytes, offset: from, next: next, isComplete: state.isComplete && next == state.total)
        }
    }

    /// Waits until there is a byte after `offset` or the end has come, at most for `duration`; not for a cancelled task.
    func wait(beyond offset: Int, for duration: Duration) async {
        let (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let waiter: Int? = state.withLock { state in
            guard state.total <= offset, !state.isComplete else { return nil }
            state.lastWaiter += 1
            state.waiters[state.lastWaiter] = signal
            return state.lastWaiter
        }
        guard let waiter else { return }
        let timer = Task {
            do { try await Task.sleep(for: duration) } catch { return }
            signal.finish()
        }
        for await _ in signals { break }
        timer.cancel()
        state.withLock { _ = $0.waiters.removeValue(forKey: waiter) }
    }
}
