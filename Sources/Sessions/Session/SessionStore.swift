package import Isolation

/// Keeps sessions. What a call that returned has done survives the server, however it ends; when the machine stops, the last
/// moments may be lost, as they are with what programs write.
package protocol SessionStore: Sendable {
    /// Every session there is, whosever it is, the oldest first, without the states of their shells: for the reconciliation
    /// at start.
    func sessions() async throws(StoreFailure) -> [SessionRow]
    func session(_ id: SessionID) async throws(StoreFailure) -> SessionRow?
    /// Adds a session. An owner has at most one default session, and no two sessions have the same user; another is a
    /// failure.
    func insert(_ session: SessionRow) async throws(StoreFailure)
    /// Replaces what can change in a session's row by what it is now, the shell's state only with `shell`; without effect
    /// when there is none, because it ended meanwhile.
    func update(_ session: SessionRow, shell: Bool) async throws(StoreFailure)
    /// Writes down when sessions were last used, and what they hold; without effect on those that ended.
    func noteUses(_ uses: [SessionID: SessionUse]) async throws(StoreFailure)
    /// Forgets a session; without effect when there is none.
    func removeSession(_ id: SessionID) async throws(StoreFailure)
}

/// When a session was last used, and what its workspace holds.
package struct SessionUse: Hashable, Sendable {
    package var time: WallTime
    package var disk: ByteCount

    package init(time: WallTime, disk: ByteCount) {
        self.time = time
        self.disk = disk
    }
}
