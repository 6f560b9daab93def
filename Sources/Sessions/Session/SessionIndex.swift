import Isolation
import Synchronization

/// Every session of the server, in a few words each: who has it, when it ends, and whether it is awake.
///
/// A lock and no actor, so that what is decided here is decided in one step with what it was decided upon.
final class SessionIndex: Sendable {
    struct State: Sendable {
        var entries: [SessionID: SessionEntry] = [:]
        /// In the order of their creation.
        var byOwner: [Owner: [SessionID]] = [:]
        var defaults: [Owner: SessionID] = [:]
        var users: Set<UInt32> = []
        var nextUser: UInt32
        var awake = 0
        var awakeOf: [Owner: Int] = [:]
        /// Those that are there for somebody, or are about to be.
        var count = 0
        var isClosed = false
    }

    let configuration: SessionConfiguration
    let state: Mutex<State>

    init(_ configuration: SessionConfiguration) {
        self.configuration = configuration
        state = Mutex(State(nextUser: configuration.users.lowerBound))
    }

    // MARK: Coming

    /// A user for a session that is to be made, which counts from now on. Must be followed by `add` or `giveBack`.
    func reserve() throws(SessionRefusal) -> UInt32 {
        try state.withLock { state throws(SessionRefusal) in
            guard !state.isClosed else { throw .shuttingDown }
            guard state.count < configuration.bounds.maximumSessions, let user = state.freeUser(configuration.users)
            else {
                throw .overloaded(
                    message: "This server has as many sessions as it can; try again later.", retryAfter: .seconds(60))
            }
            state.users.insert(user)
            state.count += 1
            return user
        }
    }

    func giveBack(_ user: UInt32) {
        state.withLock { state in
            state.users.remove(user)
            state.count -= 1
        }
    }

    /// Makes a session known whose user was reserved, or that was there at start.
    func add(_ entry: SessionEntry, isReserved: Bool) {
        state.withLock { state in
            if !isReserved {
                state.users.insert(entry.user)
                state.count += 1
            }
            state.entries[entry.id] = entry
            state.byOwner[entry.owner, default: []].append(entry.id)
            if entry.isDefault { state.defaults[entry.owner] = entry.id }
        }
    }

    // MARK: Being there

    /// An owner's session, which is used now; `make` makes the object for it if nobody has it.
    func session(_ id: SessionID, of owner: Owner, at time: WallTime, make: (SessionEntry) -> Session) -> Session? {
        state.withLock { state in
            guard var entry = state.entries[id], entry.owner == owner, entry.isVisible else { return nil }
            let session = entry.session ?? make(entry)
            entry.session = session
            entry.lastUsed = max(entry.lastUsed, time)
            entry.isDirty = true
            state.entries[id] = entry
            return session
        }
    }

    func defaultSession(of owner: Owner) -> SessionID? { state.withLock { $0.defaults[owner] } }

    /// Default sessions of an owner whose end is not written down yet.
    func endingDefaults(of owner: Owner) -> [Session] {
        state.withLock { state in
            state.entries.values.filter { $0.phase == .ending && $0.isDefault && $0.owner == owner }
                .compactMap(\.session)
        }
    }

    func entry(_ id: SessionID) -> SessionEntry? { state.withLock { $0.entries[id] } }

    func update(_ id: SessionID, _ change: (inout SessionEntry) -> Void) {
        state.withLock { state in
            if state.entries[id] != nil { change(&state.entries[id]!) }
        }
    }

    /// The newest first.
    func page(_ query: SessionQuery, of owner: Owner) -> (ids: [SessionID], next: SessionID?, total: Int) {
        let name = query.name?.lowercased()
        return state.withLock { state in
            let all = (state.byOwner[owner] ?? []).reversed().filter { id in
                guard let entry = state.entries[id], entry.isVisible else { return false }
                return (query.state.map { entry.state == $0 } ?? true)
                    && (name.map { entry.name?.lowercased().contains($0) ?? false } ?? true)
            }
            var rest = all[...]
            if let after = query.after, let index = all.firstIndex(of: after) { rest = all[(index + 1)...] }
            let page = Array(rest.prefix(query.limit))
            return (page, rest.count > page.count ? page.last : nil, all.count)
        }
    }

    /// Sessions, those awake, and what lives in them.
    var load: (sessions: Int, awake: Int) {
        state.withLock { ($0.entries.values.count(where: \.isVisible), $0.awake) }
    }

    // MARK: Going

    /// Takes a session away from everybody; false if it was gone already.
    func beginEnd(_ id: SessionID) -> Bool {
        state.withLock { state in
            guard let entry = state.entries[id], entry.isVisible else { return false }
            if entry.phase == .awake { state.giveUpPlace(of: entry.owner) }
            state.entries[id]?.phase = .ending
            state.byOwner[entry.owner]?.removeAll { $0 == id }
            if state.byOwner[entry.owner]?.isEmpty == true { state.byOwner[entry.owner] = nil }
            if state.defaults[entry.owner] == id { state.defaults[entry.owner] = nil }
            state.count -= 1
            return true
        }
    }

    /// Its workspace is gone: another may have its user.
    func remove(_ id: SessionID) {
        state.withLock { state in
            if let entry = state.entries.removeValue(forKey: id) { state.users.remove(entry.user) }
        }
    }

    /// Nothing comes any more. Answers everybody who is in memory.
    func close() -> [Session] {
        state.withLock { state in
            state.isClosed = true
            return state.entries.values.compactMap(\.session)
        }
    }

    // MARK: Time

    /// What is to be done now.
    struct Due: Sendable {
        var ending: [(id: SessionID, why: SessionEnd)] = []
        /// Those with something to look after.
        var held: [Session] = []
        /// Those whose workspace should be counted although they sleep.
        var stale: [(id: SessionID, owner: Owner)] = []
    }

    func due(at time: WallTime) -> Due {
        state.withLock { state in
            var due = Due()
            for entry in state.entries.values {
                if let end = entry.end(at: time) {
                    due.ending.append((entry.id, end))
                } else if let session = entry.holder {
                    due.held.append(session)
                } else if entry.isVisible, entry.disk.isStale {
                    due.stale.append((entry.id, entry.owner))
                }
            }
            return due
        }
    }

    /// What the store does not know yet; it is taken as written.
    func takeUses() -> [SessionID: SessionUse] {
        state.withLock { state in
            var uses: [SessionID: SessionUse] = [:]
            for (id, entry) in state.entries where entry.isDirty && entry.isVisible {
                uses[id] = SessionUse(time: entry.lastUsed, disk: entry.disk.used)
                state.entries[id]?.isDirty = false
            }
            return uses
        }
    }
}

extension SessionIndex.State {
    /// The next one that is free, so that one that was given back rests for long.
    fileprivate mutating func freeUser(_ range: ClosedRange<UInt32>) -> UInt32? {
        for _ in 0..<range.count {
            let user = nextUser
            nextUser = user == range.upperBound ? range.lowerBound : user + 1
            if !users.contains(user) { return user }
        }
        return nil
    }

    mutating func giveUpPlace(of owner: Owner) {
        awake -= 1
        awakeOf[owner, default: 0] -= 1
        if awakeOf[owner] == 0 { awakeOf[owner] = nil }
    }
}
