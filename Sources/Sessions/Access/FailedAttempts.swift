import Synchronization

/// Bounds how often one address may present a wrong key.
///
/// Each address has a bucket of tokens that refills steadily; a failure takes one. Memory is bounded: where too many
/// addresses fail at once, those that are new share one bucket.
package final class FailedAttempts: Sendable {
    package struct Rate: Hashable, Sendable {
        /// Failures at once.
        package var burst = 20
        /// Time after which one more is allowed.
        package var interval = Duration.seconds(3)
        package var addresses = 10_000

        package init() {}
    }

    /// The moment when a bucket is full again says all about it.
    private let fullAt = Mutex<[String: ContinuousClock.Instant]>([:])
    private let rate: Rate
    private let now: @Sendable () -> ContinuousClock.Instant

    package init(_ rate: Rate = Rate(), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.rate = rate
        self.now = now
    }

    /// How long until this address may fail again; nil when it may now.
    package func wait(for address: String) -> Duration? {
        let time = now()
        return fullAt.withLock { fullAt in
            let full = fullAt[bucket(of: address, in: &fullAt, at: time)] ?? time
            let wait = time.duration(to: full) - rate.interval * (rate.burst - 1)
            return wait > .zero ? wait : nil
        }
    }

    package func note(_ address: String) {
        let time = now()
        fullAt.withLock { fullAt in
            let name = bucket(of: address, in: &fullAt, at: time)
            fullAt[name] = max(fullAt[name] ?? time, time) + rate.interval
        }
    }

    private func bucket(
        of address: String, in fullAt: inout [String: ContinuousClock.Instant], at time: ContinuousClock.Instant
    ) -> String {
        if fullAt[address] != nil || fullAt.count < rate.addresses { return address }
        fullAt = fullAt.filter { $0.value > time }
        return fullAt.count < rate.addresses ? address : "others"
    }
}
