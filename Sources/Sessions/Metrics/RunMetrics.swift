import Isolation
package import Metrics

/// Counts and times runs.
package struct RunMetrics: ExecutionObserver {
    private let factory: any MetricsFactory

    package init(factory: any MetricsFactory) { self.factory = factory }

    package func ended(_ execution: EndedExecution) {
        let run = execution.run
        let language = ("language", run.language)
        Counter(
            label: "sandmartin_runs_total", dimensions: [language, ("status", run.outcome.rawValue)], factory: factory
        )
        .increment()
        Counter(label: "sandmartin_run_cpu_milliseconds_total", dimensions: [language], factory: factory)
            .increment(by: Int(run.cpu / .milliseconds(1)))
        Timer(label: "sandmartin_run_duration_seconds", dimensions: [language], factory: factory)
            .recordNanoseconds(run.wall.nanoseconds)
        Timer(label: "sandmartin_run_queue_seconds", dimensions: [], factory: factory)
            .recordNanoseconds(run.queued.nanoseconds)
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 { Int64(self / .nanoseconds(1)) }
}
