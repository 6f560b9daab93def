/// What the journal writes to: runs and the audit log, in one place.
package protocol RecordStore: ExecutionStore, AuditLog {
    /// Adds rows of both in one transaction, all of them or none: of runs those that are not there yet, of events all in
    /// their order.
    func append(_ runs: [FinishedRun], _ events: [AuditEvent]) async throws(StoreFailure)
    /// The same on the calling thread, which it keeps for 0.1 to 0.2 ms. False when that cannot be now, because somebody else
    /// writes; nothing is added then.
    func appendAtOnce(_ runs: [FinishedRun], _ events: [AuditEvent]) throws(StoreFailure) -> Bool
}

extension RecordStore {
    package func appendAtOnce(_ runs: [FinishedRun], _ events: [AuditEvent]) throws(StoreFailure) -> Bool { false }

    package func append(_ runs: [FinishedRun]) async throws(StoreFailure) { try await append(runs, []) }

    package func append(_ events: [AuditEvent]) async throws(StoreFailure) { try await append([], events) }
}
