/// Keeps keys. What a call that returned has done is on disk and survives a crash of the machine.
package protocol KeyStore: Sendable {
    /// Every key that ever was, the oldest first.
    func keys() async throws(StoreFailure) -> [KeyRecord]
    /// Adds a key and, in the same transaction, the record of who did it.
    func insert(_ key: KeyRecord, audit: AuditEvent) async throws(StoreFailure)
    /// Revokes a key and, in the same transaction, records who did it. The key as it is now; nil when there is none of
    /// this name. A key that was revoked before stays as it is, without another record.
    func revoke(_ id: KeyID, at time: WallTime, audit: AuditEvent) async throws(StoreFailure) -> KeyRecord?
    /// Notes when keys were last used; not before the times that are noted already. May be lost in a crash.
    func noteUses(_ uses: [KeyID: WallTime]) async throws(StoreFailure)
    /// A number that rises with each insertion and revocation, whichever process made it.
    func revision() async throws(StoreFailure) -> Int
}
