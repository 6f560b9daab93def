package import Metrics
import Synchronization

/// Keeps what is counted and timed, for `GET /metrics`.
///
/// A backend of swift-metrics without a global: whoever counts is given it. Labels come from closed sets (languages,
/// outcomes, routes), so that the number of series is bounded by them.
package final class PrometheusRegistry: MetricsFactory {
    struct Series: Hashable {
        let label: String
        /// `key="value"` pairs in the order in which they were given, one string for each.
        let dimensions: [String]

        init(_ label: String, _ dimensions: [(String, String)]) {
            self.label = label
            self.dimensions = dimensions.flatMap { [$0.0, $0.1] }
        }

        var labels: [(String, String)] {
            stride(from: 0, to: dimensions.count, by: 2).map { (dimensions[$0], dimensions[$0 + 1]) }
        }
    }

    private struct State {
        var counts: [Series: MetricCount] = [:]
        var values: [Series: MetricValue] = [:]
        var histograms: [Series: MetricHistogram] = [:]
    }

    private let state = Mutex(State())
    /// What a metric means, by its name.
    private let help: [String: String]

    package init(help: [String: String] = PrometheusRegistry.meanings) { self.help = help }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        state.withLock { $0.counts.existing(Series(label, dimensions), or: MetricCount()) }
    }

    /// With `aggregate` its values are sorted into a histogram; without, the last one stands.
    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        let series = Series(label, dimensions)
        return state.withLock { state in
            if aggregate { return state.histograms.existing(series, or: MetricHistogram()) }
            return state.values.existing(series, or: MetricValue())
        }
    }

    /// Shown in seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        state.withLock { $0.histograms.existing(Series(label, dimensions), or: MetricHistogram()) }
    }

    // Series stay as long as the server: a counter that vanished would begin again at zero.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: Text

    func write(to text: inout PrometheusText) {
        let state = state.withLock { $0 }
        write(state.counts, .counter, to: &text) { series, count, text in
            text.sample(series.label, series.labels, Double(count.total))
        }
        write(state.values, .gauge, to: &text) { series, value, text in
            text.sample(series.label, series.labels, value.last)
        }
        write(state.histograms, .histogram, to: &text) { series, histogram, text in
            histogram.write(series.label, series.labels, to: &text)
        }
    }

    private func write<Metric>(
        _ metrics: [Series: Metric], _ kind: PrometheusText.Kind, to text: inout PrometheusText,
        _ write: (Series, Metric, inout PrometheusText) -> Void
    ) {
        for (label, family) in Dictionary(grouping: metrics, by: \.key.label).sorted(by: { $0.key < $1.key }) {
            text.begin(label, kind, help[label] ?? "")
            let sorted = family.sorted { $0.key.dimensions.lexicographicallyPrecedes($1.key.dimensions) }
            for (series, metric) in sorted { write(series, metric, &text) }
        }
    }
}

extension Dictionary {
    fileprivate mutating func existing(_ key: Key, or new: @autoclosure () -> Value) -> Value {
        if let value = self[key] { return value }
        let value = new()
        self[key] = value
        return value
    }
}
