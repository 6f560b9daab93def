import Sessions

extension APIError {
    init(_ refusal: SessionRefusal) {
        switch refusal {
        case .notFound(let what):
            self.init(.notFound, "There is no such \(what): it never was, or it has ended.")
        case .invalid(let invalid): self.init(invalid)
        case .conflict(let message): self.init(.conflict, message)
        case .quotaExceeded(let refusal): self.init(refusal)
        case .machineBusy(let pressure): self = .overloaded(pressure.message, retryAfter: pressure.retryAfter)
        case .overloaded(let message, let retryAfter): self = .overloaded(message, retryAfter: retryAfter)
        case .unavailable(let message): self.init(.notFound, message)
        case .shuttingDown:
            self = .overloaded("The server is shutting down; try again later.", retryAfter: .seconds(5))
        case .failed(let message): self.init(.internal, message)
        }
    }
}
