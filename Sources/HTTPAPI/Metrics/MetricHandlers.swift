import Metrics
import Synchronization

/// Only rises.
final class MetricCount: CounterHandler {
    private let count = Mutex<Int64>(0)

    var total: Int64 { count.withLock { $0 } }

    func increment(by amount: Int64) {
        count.withLock { count in
            let (sum, isOver) = count.addingReportingOverflow(max(0, amount))
            count = isOver ? .max : sum
        }
    }

    func reset() { count.withLock { $0 = 0 } }
}

/// The value that was told last.
final class MetricValue: RecorderHandler {
    private let value = Mutex(0.0)

    var last: Double { value.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { self.value.withLock { $0 = value } }
}

/// How many values were at most so large; of times, in seconds.
final class MetricHistogram: TimerHandler, RecorderHandler {
    /// From a millisecond, which a route takes, to two minutes, which a program may.
    private static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, .infinity,
    ]

    private struct State {
        var counts = [Int](repeating: 0, count: MetricHistogram.bounds.count)
        var sum = 0.0
    }

    private let state = Mutex(State())

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard !value.isNaN, let bucket = Self.bounds.firstIndex(where: { value <= $0 }) else { return }
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func write(_ label: String, _ labels: [(String, String)], to text: inout PrometheusText) {
        let state = state.withLock { $0 }
        var total = 0
        for (bound, count) in zip(Self.bounds, state.counts) {
            total += count
            text.sample("\(label)_bucket", labels + [("le", PrometheusText.number(bound))], Double(total))
        }
        text.sample("\(label)_sum", labels, state.sum)
        text.sample("\(label)_count", labels, Double(total))
    }
}
