import Isolation

/// What is kept in memory of every session, the thousands that sleep included: little, and of a size that no caller chooses.
struct SessionEntry: Sendable {
    enum Phase: Hashable, Sendable {
        /// Not there yet for anybody.
        case creating
        case hibernated
        /// Has a place among those with a sandbox, or is about to have one.
        case awake
        /// Not there any more for anybody; its user is in use until its workspace is gone.
        case ending
    }

    let id: SessionID
    let owner: Owner
    let user: UInt32
    let isDefault: Bool
    let disk: SessionDisk
    var name: String?
    var phase: Phase
    var lastUsed: WallTime
    var expires: WallTime
    var idleTimeout: Duration
    /// Living commands and terminals, and calls that need the sandbox.
    var uses = 0
    /// Whether `lastUsed` or the disk's figure is newer than the store's.
    var isDirty = false
    /// The session while anybody has it: at most one object exists for each session.
    weak var session: Session?
    /// Keeps it while it is awake or has something to remember.
    var holder: Session?

    init(_ row: SessionRow, phase: Phase, disk: SessionDisk) {
        id = row.id
        owner = row.owner
        user = row.user
        isDefault = row.isDefault
        name = row.name
        lastUsed = row.lastUsed
        expires = row.expires
        idleTimeout = row.idleTimeout
        self.phase = phase
        self.disk = disk
    }

    /// As callers are told.
    var state: SessionRow.State {
        switch phase {
        case .creating: .creating
        case .hibernated: .hibernated
        case .awake: .active
        case .ending: .ending
        }
    }

    var isVisible: Bool { phase == .hibernated || phase == .awake }

    /// Why it ends now by itself; nil as long as it does not.
    func end(at time: WallTime) -> SessionEnd? {
        guard isVisible else { return nil }
        if expires <= time { return .expired }
        if uses == 0, lastUsed.advanced(by: idleTimeout) <= time { return .unused }
        return nil
    }
}

/// Why a session ended.
enum SessionEnd: String, Sendable {
    case asked
    /// Its lifetime is over.
    case expired
    /// Nobody used it for too long.
    case unused
}
