package import Isolation

/// What is kept of a session, so that it outlives the server: enough to wake it, and to know whose it is.
package struct SessionRow: Hashable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// Its workspace is not ready yet. One that is found so at start was interrupted, and is ended.
        case creating
        case active
        /// Without a sandbox; the next command makes one.
        case hibernated
        /// Its workspace is being removed. One that is found so at start is removed then.
        case ending
    }

    package let id: SessionID
    package let owner: Owner
    package let created: WallTime
    /// Whether it is the one that commands of its owner use when they name none.
    package var isDefault: Bool
    package var name: String?
    package var state: State
    package var lastUsed: WallTime
    /// When it ends, used or not.
    package var expires: WallTime
    /// It ends when it is not used for so long.
    package var idleTimeout: Duration
    package let memory: ByteCount
    package let processes: Int
    package let disk: ByteCount
    /// In `/tmp` and `/dev/shm` together.
    package let scratch: ByteCount
    /// The host's user that its programs run as and its files belong to; no other session has it.
    package let user: UInt32
    /// What its first shell begins with, beside what all have.
    package let environment: [String: String]
    /// The state that its last shell left (``ShellState/bytes``): what the next one begins with. Nil: there was none.
    package var shell: [UInt8]?
    /// The caller's own words.
    package var metadata: [String: String]
    /// Commands run so far.
    package var commands: Int
    /// Processor time so far.
    package var cpu: Duration
    /// Bytes in its workspace when they were last counted.
    package var diskUsed: ByteCount

    package init(
        id: SessionID, owner: Owner, user: UInt32, created: WallTime, isDefault: Bool = false, name: String? = nil,
        expires: WallTime, idleTimeout: Duration, limits: SessionLimits, disk: ByteCount,
        environment: [String: String] = [:], metadata: [String: String] = [:]
    ) {
        self.id = id
        self.owner = owner
        self.created = created
        self.isDefault = isDefault
        self.name = name
        state = .creating
        lastUsed = created
        self.expires = expires
        self.idleTimeout = idleTimeout
        memory = limits.memory
        processes = limits.processes
        scratch = limits.scratch
        self.disk = disk
        self.user = user
        self.environment = environment
        self.metadata = metadata
        commands = 0
        cpu = .zero
        diskUsed = ByteCount(0)
    }

    package var limits: SessionLimits { SessionLimits(memory: memory, processes: processes, scratch: scratch) }
}
