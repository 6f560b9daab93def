/// What the journal writes to: runs and the audit log, in one place.
package protocol RecordStore: ExecutionStore, AuditLog {
    /// Adds rows of both in one transaction: all of them, or none.
    func append(_ runs: [FinishedRun], _ events: [AuditEvent]) async throws(StoreFailure)
}
