/// Deadlines in order. A server has a handful for each running program, so that a sorted array is the fastest queue.
struct TimerQueue {
    private struct Entry {
        let tag: UInt64
        let deadline: ContinuousClock.Instant
        let handler: () -> Void
    }

    /// The latest first, so that the next one is removed from the end.
    private var entries: [Entry] = []

    mutating func insert(_ tag: UInt64, deadline: ContinuousClock.Instant, _ handler: @escaping () -> Void) {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].deadline > deadline { low = middle + 1 } else { high = middle }
        }
        entries.insert(Entry(tag: tag, deadline: deadline, handler: handler), at: low)
    }

    mutating func remove(_ tag: UInt64) {
        entries.removeAll { $0.tag == tag }
    }

    /// Takes the next handler that is due out of the queue.
    mutating func takeDue() -> (() -> Void)? {
        guard let next = entries.last, next.deadline <= .now else { return nil }
        return entries.removeLast().handler
    }

    /// For epoll_wait(2): rounded up, so that a timer never fires early; -1 without a timer.
    func millisecondsToNext() -> Int32 {
        guard let next = entries.last else { return -1 }
        let left = ContinuousClock.now.duration(to: next.deadline)
        guard left > .zero else { return 0 }
        return Int32(min(3_600_000, (left / .milliseconds(1)).rounded(.up)))
    }
}
