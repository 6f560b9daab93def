package import Metrics
import Isolation

/// Where it is told what happens in sessions: to the audit log and to the metrics. Nothing waits here but ``settle()``.
package struct SessionRecords: Sendable {
    /// Told of every row; `text` is what a caller sent to be run.
    private let audit: @Sendable (AuditEvent, _ text: String?) -> Void
    /// Returns when what was told to `audit` would outlive the server's death.
    private let settled: @Sendable () async -> Void
    private let factory: (any MetricsFactory)?

    package init(
        metrics: (any MetricsFactory)? = nil,
        audit: @escaping @Sendable (AuditEvent, _ text: String?) -> Void = { _, _ in },
        settled: @escaping @Sendable () async -> Void = {}
    ) {
        factory = metrics
        self.settled = settled
        self.audit = audit
    }

    /// To a server's journal and its metrics.
    package init(journal: Journal, metrics: any MetricsFactory) {
        self.init(metrics: metrics) { event, text in
            if let text { journal.note(event, text: text) } else { journal.note(event) }
        } settled: {
            await journal.settle()
        }
    }

    func note(_ event: AuditEvent, text: String? = nil) {
        audit(event, text)
        guard event.decision == .denied, let factory else { return }
        Counter(
            label: "sandmartin_session_denials_total", dimensions: [("action", event.action.rawValue)],
            factory: factory
        ).increment()
    }

    /// Waits until the rows that were noted would outlive the server's death: what is answered after it was written.
    func settle() async { await settled() }

    func created() { count("sandmartin_sessions_created_total") }
    func woke(in duration: Duration) { time("sandmartin_session_wake_seconds", duration) }
    func hibernated() { count("sandmartin_session_hibernations_total") }
    func terminalStarted() { count("sandmartin_terminals_total") }

    /// `wall` is nil for what was never started.
    func commandEnded(_ outcome: Outcome, wall: Duration?, start: Duration? = nil) {
        guard let factory else { return }
        Counter(
            label: "sandmartin_commands_total", dimensions: [("status", outcome.rawValue)], factory: factory
        ).increment()
        if let wall { time("sandmartin_command_duration_seconds", wall) }
        if let start { time("sandmartin_command_start_seconds", start) }
    }

    private func count(_ label: String) {
        guard let factory else { return }
        Counter(label: label, dimensions: [], factory: factory).increment()
    }

    private func time(_ label: String, _ duration: Duration) {
        guard let factory else { return }
        Timer(label: label, dimensions: [], factory: factory)
            .recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }
}
