import Sessions

extension APIError {
    init(_ refusal: SessionRefusal) {
        switch refusal {
        case .notFound(let what):
            self.init(.notFound, "There is no such \(what): it never was, or it has ended, or it is not yours.")
        case .invalid(let invalid): self.init(invalid)
        case .conflict(let message): self.init(.conflict, message)
        case .quotaExceeded(let refusal): self.init(refusal)
        case .machineBusy(let pressure): self = .overloaded(pressure.message, retryAfter: pressure.retryAfter)
        case .overloaded(let message, let retryAfter): self = .overloaded(message, retryAfter: retryAfter)
        case .shuttingDown: self.init(ExecutionRejection.shuttingDown)
        case .failed: self = .unforeseen
        }
    }
}
