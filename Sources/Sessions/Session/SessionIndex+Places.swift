import Isolation
import Synchronization

/// Places for sessions with a sandbox: a bounded number, of which no owner can have all.
extension SessionIndex {
    enum Place: Sendable {
        case taken
        /// Full; this one has nothing to do and may sleep.
        case after(Session)
        /// The server is about to end.
        case closed
        /// Full, and everything that could give way is busy.
        case none
    }

    /// Takes a place, or says who may give one up: of the owner with the most the one that was not used for longest. Who has
    /// three quarters of all places gets further ones of its own only.
    func takePlace(for session: Session) -> Place {
        state.withLock { state in
            guard !state.isClosed else { return .closed }
            guard let entry = state.entries[session.id], entry.phase == .hibernated else { return .none }
            let owned = state.awakeOf[entry.owner] ?? 0
            let isOverShare = owned >= max(1, configuration.bounds.maximumAwake * 3 / 4)
            if state.awake < configuration.bounds.maximumAwake, !isOverShare {
                state.awake += 1
                state.awakeOf[entry.owner] = owned + 1
                state.entries[session.id]?.phase = .awake
                state.entries[session.id]?.holder = session
                return .taken
            }
            return state.idle(of: isOverShare ? entry.owner : nil).map(Place.after) ?? .none
        }
    }

    /// It has no sandbox any more. `keeps`: it has something to remember, and stays in memory.
    func freePlace(of session: Session, keeps: Bool) {
        state.withLock { state in
            guard let entry = state.entries[session.id], entry.phase == .awake else { return }
            state.giveUpPlace(of: entry.owner)
            state.entries[session.id]?.phase = .hibernated
            if !keeps { state.entries[session.id]?.holder = nil }
        }
    }
}

extension SessionIndex.State {
    fileprivate func idle(of owner: Owner?) -> Session? {
        let idle = entries.values.filter {
            $0.phase == .awake && $0.uses == 0 && $0.holder != nil && (owner == nil || $0.owner == owner)
        }
        let most = idle.map { awakeOf[$0.owner] ?? 0 }.max()
        return idle.filter { (awakeOf[$0.owner] ?? 0) == most }.min { $0.lastUsed < $1.lastUsed }?.holder
    }
}
