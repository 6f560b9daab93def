/// Who did something, as the audit log says it.
package struct AuditActor: Hashable, Sendable {
    package var owner: Owner?
    package var name: String
    package var address: String?

    package init(owner: Owner?, name: String, address: String? = nil) {
        self.owner = owner
        self.name = name
        self.address = address
    }

    package init(_ caller: Caller) {
        self.init(owner: caller.owner, name: caller.name, address: caller.address)
    }

    /// Somebody who may run this program on the data folder.
    package static let commandLine = AuditActor(owner: nil, name: "command line")

    package func event(
        _ action: AuditEvent.Action, at time: WallTime, subject: String? = nil,
        decision: AuditEvent.Decision = .allowed, outcome: String? = nil, details: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            time: time, owner: owner, actor: name, address: address, action: action, subject: subject,
            decision: decision, outcome: outcome, details: details)
    }
}
