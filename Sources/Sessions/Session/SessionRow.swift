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
    package let isDefault: Bool
    package var name: String?
    package var state: State
    package var lastUsed: WallTime
    /// When it ends, used or not.
    package var expires: WallTime
    /// It ends when it is not used for so long.
    package var idleTimeout: Duration
    package var memory: ByteCount
    package var processes: Int
    package var disk: ByteCount
    /// Of the shell: what the next command starts with.
    package var directory: [UInt8]
    package var environment: [String: String]
    package var umask: Int
    /// The caller's own words.
    package var metadata: [String: String]
    /// Commands run so far.
    package var commands: Int
    /// Processor time so far.
    package var cpu: Duration
    /// Bytes in its workspace when they were last counted.
    package var diskUsed: ByteCount

    package init(
        id: SessionID, owner: Owner, created: WallTime, isDefault: Bool = false, name: String? = nil,
        expires: WallTime, idleTimeout: Duration, memory: ByteCount, processes: Int, disk: ByteCount,
        directory: [UInt8] = Array("/workspace".utf8), environment: [String: String] = [:],
        metadata: [String: String] = [:]
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
        self.memory = memory
        self.processes = processes
        self.disk = disk
        self.directory = directory
        self.environment = environment
        umask = 0o022
        self.metadata = metadata
        commands = 0
        cpu = .zero
        diskUsed = ByteCount(0)
    }
}
