package import Isolation

/// What a session may be at most, and what it is when nothing is said. Set by the operator.
package struct SessionBounds: Hashable, Sendable {
    package var standardIdleTimeout: Duration
    package var maximumIdleTimeout: Duration
    package var standardLifetime: Duration
    package var maximumLifetime: Duration
    /// What a session gets, and the most that it may ask for.
    package var limits: SessionLimits
    /// Most bytes in its workspace.
    package var disk: ByteCount
    /// Real time of a command, when it says nothing and at most.
    package var standardTimeout: Duration
    package var maximumTimeout: Duration
    /// Of each command: the rest of what it may use.
    package var command: CommandLimits
    /// Without running processes for so long, a session gives its sandbox up.
    package var hibernation: Duration
    /// Sessions of everybody together.
    package var maximumSessions: Int
    /// Sandboxes of sessions awake at once.
    package var maximumAwake: Int
    /// Names and values that a caller may attach to a session.
    package static let maximumMetadata = 32

    package init(
        standardIdleTimeout: Duration, maximumIdleTimeout: Duration, standardLifetime: Duration,
        maximumLifetime: Duration, limits: SessionLimits, disk: ByteCount, standardTimeout: Duration,
        maximumTimeout: Duration, command: CommandLimits, hibernation: Duration, maximumSessions: Int,
        maximumAwake: Int
    ) {
        self.standardIdleTimeout = standardIdleTimeout
        self.maximumIdleTimeout = maximumIdleTimeout
        self.standardLifetime = standardLifetime
        self.maximumLifetime = maximumLifetime
        self.limits = limits
        self.disk = disk
        self.standardTimeout = standardTimeout
        self.maximumTimeout = maximumTimeout
        self.command = command
        self.hibernation = hibernation
        self.maximumSessions = maximumSessions
        self.maximumAwake = maximumAwake
    }
}

/// A session to be made, already validated against the bounds.
package struct NewSession: Hashable, Sendable {
    package var name: String?
    package var environment: [String: String] = [:]
    package var metadata: [String: String] = [:]
    package var idleTimeout: Duration
    package var lifetime: Duration
    package var limits: SessionLimits
    package var disk: ByteCount

    /// What a session is when its maker says nothing.
    package init(_ bounds: SessionBounds) {
        idleTimeout = bounds.standardIdleTimeout
        lifetime = bounds.standardLifetime
        limits = bounds.limits
        disk = bounds.disk
    }
}

/// What may be changed of a session; nil leaves it as it is.
package struct SessionChange: Hashable, Sendable {
    package var name: String?
    package var metadata: [String: String]?
    package var idleTimeout: Duration?
    /// From now on; its end is not later than the longest lifetime after its creation allows.
    package var lifetime: Duration?

    package init() {}
}

/// Which sessions are asked for.
package struct SessionQuery: Hashable, Sendable {
    package var state: SessionRow.State?
    /// A part of the name, without regard to case.
    package var name: String?
    /// 1 to 100.
    package var limit: Int
    /// Where an earlier page ended.
    package var after: SessionID?

    package init(limit: Int = 50) { self.limit = limit }
}

package struct SessionPage: Hashable, Sendable {
    package var sessions: [SessionSummary]
    /// For the next page; nil: this is the last.
    package var next: SessionID?
    package var total: Int

    package init(sessions: [SessionSummary], next: SessionID?, total: Int) {
        self.sessions = sessions
        self.next = next
        self.total = total
    }
}

/// A session as it is now.
package struct SessionSummary: Hashable, Sendable {
    package var row: SessionRow
    package var workingDirectory: String
    /// Commands and terminals with a living process.
    package var running: Int
    /// What its sandbox uses; nil while it has none.
    package var usage: SessionUsage?

    package init(row: SessionRow, workingDirectory: String, running: Int, usage: SessionUsage? = nil) {
        self.row = row
        self.workingDirectory = workingDirectory
        self.running = running
        self.usage = usage
    }
}

package struct SessionLoad: Hashable, Sendable {
    package var sessions: Int
    package var awake: Int
    package var commands: Int
    package var terminals: Int
    /// Connections that look at terminals.
    package var viewers: Int

    package var hibernated: Int { sessions - awake }

    package init(sessions: Int = 0, awake: Int = 0, commands: Int = 0, terminals: Int = 0, viewers: Int = 0) {
        self.sessions = sessions
        self.awake = awake
        self.commands = commands
        self.terminals = terminals
        self.viewers = viewers
    }
}
