/// What the journal writes to: runs and the audit log, in one place.
package protocol RecordStore: ExecutionStore, AuditLog {
    /// Adds rows of both in one transaction, all of them or none: of runs those that are not there yet, of events all in
    /// their order.
    func append(_ runs: [FinishedRun], _ events: [AuditEvent]) async throws(StoreFailure)
}

extension RecordStore {
    package func append(_ runs: [FinishedRun]) async throws(StoreFailure) { try await append(runs, []) }

    package func append(_ events: [AuditEvent]) async throws(StoreFailure) { try await append([], events) }
}
