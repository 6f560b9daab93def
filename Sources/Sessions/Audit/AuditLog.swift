/// Keeps what was done: rows are added and, when they are old, dropped; never changed.
package protocol AuditLog: Sendable {
    /// The newest first.
    func entries(_ query: AuditQuery) async throws(StoreFailure) -> [AuditEntry]
    /// Drops rows older than `oldest`, and the oldest of those above `count`.
    func pruneAudit(keeping count: Int, since oldest: WallTime) async throws(StoreFailure)
}

/// A row with its number, by which pages continue. Numbers rise and are never given twice.
package struct AuditEntry: Hashable, Sendable {
    package var number: Int
    package var event: AuditEvent

    package init(number: Int, event: AuditEvent) {
        self.number = number
        self.event = event
    }
}

package struct AuditQuery: Hashable, Sendable {
    package var limit: Int
    /// Only rows with a smaller number.
    package var before: Int?
    package var owner: Owner?
    package var action: AuditEvent.Action?
    package var decision: AuditEvent.Decision?

    package init(limit: Int) { self.limit = limit }

    func selects(_ entry: AuditEntry) -> Bool {
        (before.map { entry.number < $0 } ?? true) && (owner.map { entry.event.owner == $0 } ?? true)
            && (action.map { entry.event.action == $0 } ?? true)
            && (decision.map { entry.event.decision == $0 } ?? true)
    }
}
