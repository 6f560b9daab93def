import DequeModule

/// Sums amounts over the last so many seconds, exactly: an amount counts until it is as old as the window is long.
///
/// Amounts of one `step` are kept as one, dated at the step's end, so that memory is bounded by `length / step` where a
/// step is given; they count up to a step longer than they had to, never shorter.
struct SlidingWindow: Sendable {
    private struct Entry {
        var time: ContinuousClock.Instant
        var amount: Int
    }

    let length: Duration
    let step: Duration
    private var entries: Deque<Entry> = []
    private var sum = 0

    init(length: Duration, step: Duration = .zero) {
        self.length = length
        self.step = step
    }

    mutating func add(_ amount: Int, at now: ContinuousClock.Instant) {
        forget(before: now)
        if let last = entries.last, last.time > now {
            entries[entries.count - 1].amount += amount
        } else {
            entries.append(Entry(time: now + step, amount: amount))
        }
        sum += amount
    }

    /// Takes back an amount that was just added.
    mutating func removeNewest() {
        guard let last = entries.popLast() else { return }
        sum -= last.amount
    }

    /// What counts now.
    mutating func total(at now: ContinuousClock.Instant) -> Int {
        forget(before: now)
        return sum
    }

    /// How long until at most `limit` counts, if nothing is added meanwhile; zero when that is so now, and
    /// the window's length when it never will be.
    mutating func wait(untilAtMost limit: Int, at now: ContinuousClock.Instant) -> Duration {
        forget(before: now)
        var left = sum
        for entry in entries where left > limit {
            left -= entry.amount
            if left <= limit { return now.duration(to: entry.time + length) }
        }
        return left > limit ? length : .zero
    }

    private mutating func forget(before now: ContinuousClock.Instant) {
        while let first = entries.first, first.time + length <= now {
            sum -= first.amount
            entries.removeFirst()
        }
    }
}
