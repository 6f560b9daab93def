/// Who sent a request, and what they may do.
package struct Caller: Hashable, Sendable {
    package enum Role: String, CaseIterable, Sendable {
        case user
        /// May manage keys and read the audit log; what belongs to others stays theirs.
        case administrator
    }

    package let owner: Owner
    /// For logs: the key's name.
    package let name: String
    package let role: Role
    package let quota: Quota
    /// The network address that the request came from, without a port; nil: not over a network.
    package var address: String?

    package init(owner: Owner, name: String, role: Role, quota: Quota) {
        self.owner = owner
        self.name = name
        self.role = role
        self.quota = quota
    }

    /// A person at this machine's own command line, who has no key and no bounds.
    package static let local = Caller(owner: .anonymous, name: "local", role: .user, quota: .unbounded)
}
