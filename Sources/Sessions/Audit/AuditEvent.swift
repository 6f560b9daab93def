/// Something that was done or refused, and by whom: one row of the audit log. Never holds a secret.
package struct AuditEvent: Hashable, Sendable {
    package enum Action: String, CaseIterable, Sendable {
        case createKey = "key.create"
        case revokeKey = "key.revoke"
        case run = "run"
        case createSession = "session.create"
        case endSession = "session.end"
        case command = "command"
        case terminal = "terminal"
        /// A change of a session's files by a request; what programs do in a workspace is not told.
        case files = "files"
        case signIn = "sign_in"
        /// A request that the caller's role or the page it comes from does not allow.
        case access = "access"
    }

    package enum Decision: String, CaseIterable, Sendable {
        case allowed, denied
    }

    package var time: WallTime
    /// Nil when nobody was recognized, and for the command line.
    package var owner: Owner?
    /// For people: the key's name, or where the request came from.
    package var actor: String
    /// The client's network address, without a port; nil for the command line.
    package var address: String?
    package var action: Action
    /// What it was done to: an identifier or a path.
    package var subject: String?
    package var decision: Decision
    /// How it ended: a run's status, or why it was denied.
    package var outcome: String?
    /// Further facts in short.
    package var details: [String: String]

    package init(
        time: WallTime, owner: Owner?, actor: String, address: String? = nil, action: Action, subject: String? = nil,
        decision: Decision = .allowed, outcome: String? = nil, details: [String: String] = [:]
    ) {
        self.time = time
        self.owner = owner
        self.actor = actor
        self.address = address
        self.action = action
        self.subject = subject
        self.decision = decision
        self.outcome = outcome
        self.details = details
    }
}
