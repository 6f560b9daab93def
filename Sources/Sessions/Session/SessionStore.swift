/// Keeps sessions. What a call that returned has done is on disk and survives a crash of the machine.
package protocol SessionStore: Sendable {
    /// Every session there is, whosever it is, the oldest first: for the reconciliation at start.
    func sessions() async throws(StoreFailure) -> [SessionRow]
    func session(_ id: SessionID) async throws(StoreFailure) -> SessionRow?
    /// Adds a session. An owner has at most one default session; a second one is a failure.
    func insert(_ session: SessionRow) async throws(StoreFailure)
    /// Replaces a session's row by what it is now; without effect when there is none, because it ended meanwhile.
    func update(_ session: SessionRow) async throws(StoreFailure)
    /// Forgets a session; without effect when there is none.
    func removeSession(_ id: SessionID) async throws(StoreFailure)
}
