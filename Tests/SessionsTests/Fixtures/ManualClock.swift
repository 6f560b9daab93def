import Synchronization

@testable import Sessions

/// Time that passes only when a test says so.
final class ManualClock: Sendable {
    private let elapsed = Mutex(Duration.zero)
    private let start = ContinuousClock.now

    var now: ContinuousClock.Instant { elapsed.withLock { start + $0 } }
    var wall: WallTime { elapsed.withLock { WallTime(milliseconds: 1_700_000_000_000).advanced(by: $0) } }

    func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }
}
