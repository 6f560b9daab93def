package import Isolation
import LinuxKernel
import Logging

/// What every session of a server uses.
struct SessionParts: Sendable {
    let configuration: SessionConfiguration
    let store: any SessionStore
    let disk: WorkspaceDisk
    let threads: FileThreads
    let sandboxes: any SessionSandboxSource
    let isolation: IsolationReport
    let admission: Admission
    let index: SessionIndex
    let records: SessionRecords
    let logger: Logger
    let clock: SessionClock

    var bounds: SessionBounds { configuration.bounds }
    var quotas: Quotas { admission.quotas }
}

/// Both clocks: one for records, one for measuring.
package struct SessionClock: Sendable {
    package var wall: @Sendable () -> WallTime
    package var now: @Sendable () -> ContinuousClock.Instant

    package init(
        wall: @escaping @Sendable () -> WallTime = { .now() },
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.wall = wall
        self.now = now
    }
}

/// What the operator decided about sessions.
package struct SessionConfiguration: Sendable {
    package var bounds: SessionBounds
    /// Users of the host, one for each session; at least as many as there may be sessions, and used for nothing else.
    package var users: ClosedRange<UInt32>
    /// What every shell of a session begins with.
    package var environment: [String: String]
    package var maximumTerminals = 8
    package var maximumViewers = 16
    /// A terminal that nobody looks at ends after so long.
    package var terminalGrace = Duration.seconds(120)
    /// Of each terminal: what is shown again to whoever comes.
    package var replay = ByteCount.kibibytes(256)
    /// Of each background command, while it lives.
    package var backgroundOutput = ByteCount.kibibytes(256)
    /// Background commands that ended and are remembered, and bytes of all of them together.
    package var maximumRemembered = 32
    package var rememberedBytes = ByteCount.mebibytes(1)
    /// The same while the session sleeps, and for how long.
    package var sleepingBytes = ByteCount.kibibytes(16)
    package var remembrance = Duration.seconds(600)
    /// Between two counts of a workspace in which something runs, if counting is quick.
    package var countInterval = Duration.seconds(1)
    package var maximumEventListeners = 32

    package init(bounds: SessionBounds, users: ClosedRange<UInt32>, environment: [String: String]) {
        self.bounds = bounds
        self.users = users
        self.environment = environment
    }
}
