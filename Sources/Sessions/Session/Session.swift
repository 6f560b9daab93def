import Isolation
import LinuxKernel
import Logging

// Theory of operation
//
//     creating ──▶ hibernated ◀──▶ waking ──▶ active ──▶ leaving ──▶ hibernated
//        │             │                        │
//        ▼             └────────▶ ending ◀──────┘
//      ended ◀────────────────────── ┘
//
// A session that sleeps is a row, a workspace and an entry in the index; this object is there only while somebody has it,
// or while it is awake or remembers something. What is on its way from one state to another is a task in the state: who
// comes meanwhile waits for it and looks again.
//
// The row is in memory while the session is awake, and in the store otherwise. Whoever reads and writes it elsewhere holds
// `row`, so that no change is lost to another.

/// One session.
actor Session {
    enum State: Sendable {
        /// Its workspace and its row are being made.
        case creating
        /// It has no sandbox, and needs none.
        case hibernated
        /// It gets a sandbox; nil: it did not get one, and the task's result says why.
        case waking(Task<SessionRefusal?, Never>)
        case active(Awake)
        /// It gives its sandbox up.
        case leaving(Task<Void, Never>)
        /// Everything in it ends, and its workspace goes.
        case ending(Task<Void, Never>)
        case ended
    }

    /// What a session has while it is awake.
    struct Awake: Sendable {
        /// Counts the sandboxes of this object.
        let number: Int
        let sandbox: any SessionSandbox
        let workspace: SharedDescriptor
        var row: SessionRow
        var shell: ShellState?
        /// Processor time of the sandbox that has been charged to the owner.
        var charged = Duration.zero
    }

    nonisolated let id: SessionID
    nonisolated let owner: Owner
    nonisolated let identity: HostIdentity
    nonisolated let disk: SessionDisk
    nonisolated let parts: SessionParts

    private(set) var state: State
    private var sandboxes = 0
    /// Living commands and terminals, and calls that need the sandbox: as long as there is one, it stays awake.
    private(set) var uses = 0
    private var lastActivity: ContinuousClock.Instant
    let row = Turns()

    /// The oldest first.
    var commands: [CommandRecord] = []
    var lastCommand = 0
    var terminals: [TerminalID: TerminalHub] = [:]
    var listeners: [Int: SessionEventFeed] = [:]
    var lastListener = 0
    var fileWatch: Task<Void, Never>?
    var isCounting = false
    var nextCount: ContinuousClock.Instant
    private var isLookedAfter = false

    init(_ entry: SessionEntry, parts: SessionParts) {
        id = entry.id
        owner = entry.owner
        identity = parts.isolation.identity(ofSession: HostIdentity(user: entry.user, group: entry.user))
        disk = entry.disk
        self.parts = parts
        state = entry.phase == .creating ? .creating : .hibernated
        lastActivity = parts.clock.now()
        nextCount = lastActivity
    }

    /// A word for the caller: it was there a moment ago, or never.
    static let absent = SessionRefusal.notFound(what: "session")

    // MARK: Creation

    /// Makes the workspace and then the row, so that a row always has one.
    func create(_ new: SessionRow) async throws(SessionRefusal) {
        do {
            _ = try await parts.disk.make(id.description, for: identity)
            try await parts.store.insert(new)
            state = .hibernated
        } catch {
            state = .ended
            parts.logger.error("a session could not be made", metadata: ["session_id": "\(id)", "reason": "\(error)"])
            await removeWorkspace()
            throw .failed("The server could not make the session.")
        }
    }

    // MARK: Waking

    /// Whoever needs the sandbox says so from before it asks for it until it is done: it is not given up meanwhile.
    func beginUse() {
        uses += 1
        tellUses()
    }

    func endUse() {
        uses -= 1
        lastActivity = parts.clock.now()
        tellUses()
    }

    private func tellUses() {
        let (uses, time) = (uses, parts.clock.wall())
        parts.index.update(id) { entry in
            entry.uses = uses
            entry.lastUsed = max(entry.lastUsed, time)
        }
    }

    /// Its sandbox, which is made if it has none.
    func awake() async throws(SessionRefusal) -> Awake {
        precondition(uses > 0, "who does not say that it uses the sandbox may lose it")
        while true {
            switch state {
            case .active(let awake): return awake
            case .creating, .ending, .ended: throw Self.absent
            case .leaving(let task): await task.value
            case .waking(let task):
                if let refusal = await task.value { throw refusal }
            case .hibernated: state = .waking(Task { await wake() })
            }
        }
    }

    private func wake() async -> SessionRefusal? {
        do throws(SessionRefusal) {
            let began = parts.clock.now()
            try await takePlace()
            do {
                let awake = try await makeAwake()
                state = .active(awake)
            } catch {
                parts.index.freePlace(of: self, keeps: remembersSomething)
                throw refusal(error, "wake up")
            }
            parts.records.woke(in: parts.clock.now() - began)
            tell(.state(.active))
            return nil
        } catch {
            state = .hibernated
            return error
        }
    }

    private func makeAwake() async throws -> Awake {
        await row.take()
        defer { row.give() }
        guard let row = try await parts.store.session(id) else { throw Self.absent }
        let workspace = try await parts.disk.open(id.description)
        let sandbox = try await parts.sandboxes.sandbox(
            for: SessionSpecification(workspace: workspace, identity: identity, limits: row.limits))
        sandboxes += 1
        return Awake(
            number: sandboxes, sandbox: sandbox, workspace: workspace, row: row,
            shell: row.shell.flatMap(ShellState.init))
    }

    /// How many others are asked to sleep before the caller is told to come again.
    private static let patience = 16

    private func takePlace() async throws(SessionRefusal) {
        for _ in 0..<Self.patience {
            switch parts.index.takePlace(for: self) {
            case .taken: return
            case .after(let other): await other.hibernate()
            case .closed: throw .shuttingDown
            case .none where parts.index.entry(id)?.isVisible != true: throw Self.absent
            case .none: break
            }
        }
        throw .overloaded(
            message: "As many sessions work as can at once; try again later.", retryAfter: .seconds(1))
    }

    // MARK: Sleep

    /// Gives the sandbox up if nothing uses it; with `rested` only if nothing has for so long.
    func hibernate(rested: Duration? = nil) async {
        if case .leaving(let task) = state { return await task.value }
        guard case .active(let awake) = state, uses == 0 else { return }
        if let rested, parts.clock.now() - lastActivity < rested { return }
        let task = Task { await giveUp(awake) }
        state = .leaving(task)
        await task.value
    }

    /// The sandbox was lost: it is no use to anybody any more. Without effect if there is another one already.
    func discard(_ awake: Awake) async {
        guard case .active(let current) = state, current.number == awake.number else { return }
        let task = Task { await giveUp(current) }
        state = .leaving(task)
        await task.value
    }

    private func giveUp(_ awake: Awake) async {
        await row.take()
        var row = await charge(awake).row
        await awake.sandbox.destroy()
        row.state = .hibernated
        await write(row)
        self.row.give()
        forgetForSleep()
        state = .hibernated
        parts.index.freePlace(of: self, keeps: remembersSomething || !listeners.isEmpty)
        parts.records.hibernated()
        tell(.state(.hibernated))
    }

    // MARK: End

    /// Ends everything in it. When this returns nothing of it runs, and after a crash it is not there again; its workspace
    /// is removed beside. The index has let go of it before.
    func end() async {
        while true {
            switch state {
            case .creating, .ended: return
            case .ending(let task): return await task.value
            case .waking(let task): _ = await task.value
            case .leaving(let task): await task.value
            case .hibernated: return await end(nil)
            case .active(let awake): return await end(awake)
            }
        }
    }

    private func end(_ awake: Awake?) async {
        let task = Task { await finish(awake) }
        state = .ending(task)
        await task.value
        state = .ended
        Task.detached { [self] in await removeWorkspace() }
    }

    private func finish(_ awake: Awake?) async {
        await row.take()
        defer { row.give() }
        do {
            var row = awake?.row
            if row == nil { row = try await parts.store.session(id) }
            if var row {
                row.state = .ending
                row.isDefault = false
                try await parts.store.update(row, shell: false)
            }
        } catch {
            // It is there again after a crash, which is better than to go on.
            parts.logger.error(
                "the end of a session could not be written",
                metadata: ["session_id": "\(id)", "reason": "\(error)"])
        }
        if let awake {
            _ = await charge(awake)
            await awake.sandbox.destroy()
        }
        disk.close()
        tell(.state(.ending))
        for hub in terminals.values { await hub.sessionEnded() }
        for record in commands { record.output?.complete() }
        for listener in listeners.values { listener.finish() }
        (terminals, commands, listeners) = ([:], [], [:])
        fileWatch?.cancel()
        fileWatch = nil
    }

    /// What cannot be removed is removed at the next start.
    nonisolated func removeWorkspace() async {
        do {
            try await parts.disk.removeIfPresent(id.description)
            try await parts.store.removeSession(id)
            parts.index.remove(id)
        } catch {
            parts.logger.error(
                "the workspace of a session could not be removed",
                metadata: ["session_id": "\(id)", "reason": "\(error)"])
        }
    }

    // MARK: The row

    /// Charges the owner for what the sandbox used since this was done last; answers what is known then.
    @discardableResult
    func charge(_ awake: Awake) async -> (row: SessionRow, usage: SessionUsage?) {
        var usage: SessionUsage?
        do { usage = try await awake.sandbox.usage() } catch {
            // Of a lost sandbox nothing can be known.
        }
        guard let usage else { return (current(awake).row, nil) }
        var now = current(awake)
        let used = usage.cpu - now.charged
        if used > .zero {
            parts.quotas.charge(used, to: owner)
            now.charged = usage.cpu
            now.row.cpu += used
        }
        change(to: now)
        return (now.row, usage)
    }

    /// The newest state of what `awake` was.
    private func current(_ awake: Awake) -> Awake {
        if case .active(let current) = state, current.number == awake.number { return current }
        return awake
    }

    /// Without effect unless this sandbox is still the session's.
    func change(to awake: Awake) {
        if case .active(let current) = state, current.number == awake.number { state = .active(awake) }
    }

    /// Writes the row with what the index knows better.
    private func write(_ row: SessionRow, shell: Bool = false) async {
        var row = row
        if let entry = parts.index.entry(id) { row.lastUsed = max(row.lastUsed, entry.lastUsed) }
        row.diskUsed = disk.used
        do { try await parts.store.update(row, shell: shell) } catch {
            parts.logger.error(
                "a session could not be written", metadata: ["session_id": "\(id)", "reason": "\(error)"])
        }
    }

    /// Takes what a command has left, and writes it down.
    func keep(shell: ShellState?, of awake: Awake) async {
        await row.take()
        defer { row.give() }
        guard case .active(var current) = state else { return }
        let isNew = shell != nil && shell != current.shell
        if let shell, isNew {
            current.shell = shell
            current.row.shell = shell.bytes
        }
        current.row.commands += 1
        state = .active(current)
        await write(current.row, shell: isNew)
    }

    /// Changes the row, wherever it is, and answers it as it is now.
    func modify(_ change: @Sendable (inout SessionRow) -> Void) async throws(SessionRefusal) -> SessionRow {
        while true {
            switch state {
            case .creating, .ending, .ended: throw Self.absent
            case .waking(let task): _ = await task.value
            case .leaving(let task): await task.value
            case .active, .hibernated:
                await row.take()
                defer { row.give() }
                do {
                    if let row = try await modifyNow(change) { return row }
                } catch {
                    throw refusal(error, "be changed")
                }
            }
        }
    }

    /// Nil when the session is on its way to another state.
    private func modifyNow(_ change: @Sendable (inout SessionRow) -> Void) async throws -> SessionRow? {
        switch state {
        case .active(var awake):
            change(&awake.row)
            state = .active(awake)
            try await parts.store.update(awake.row, shell: false)
            return awake.row
        case .hibernated:
            guard var row = try await parts.store.session(id) else { throw Self.absent }
            change(&row)
            try await parts.store.update(row, shell: false)
            return row
        case .creating, .waking, .leaving, .ending, .ended: return nil
        }
    }

    // MARK: Being looked after

    /// Does what is to be done from time to time: charges, counts, and sleeps when nothing happens any more.
    func lookAfter() async {
        guard !isLookedAfter else { return }
        isLookedAfter = true
        defer { isLookedAfter = false }
        await endForgottenTerminals()
        switch state {
        case .active(let awake):
            if uses > 0 { await charge(awake) }
            await countIfDue()
            await hibernate(rested: parts.bounds.hibernation)
        case .hibernated:
            await countIfDue()
            if parts.clock.now() - lastActivity > parts.configuration.remembrance { commands = [] }
            if !remembersSomething, listeners.isEmpty {
                parts.index.update(id) { if $0.phase == .hibernated { $0.holder = nil } }
            }
        case .creating, .waking, .leaving, .ending, .ended: break
        }
    }

    var remembersSomething: Bool { !commands.isEmpty }

    // MARK: Words

    /// What a failure means to the caller; what is ours is logged.
    nonisolated func refusal(_ error: any Error, _ what: String) -> SessionRefusal {
        switch error {
        case let refusal as SessionRefusal: return refusal
        case SandboxFailure.busy(let commands):
            return .conflict("\(commands) commands of this session have processes alive, the most there can be.")
        case SandboxFailure.noProcessLeft:
            return .conflict("The processes of this session leave no room for another; end some first.")
        case SandboxFailure.invalidCommand(let reason):
            return .invalid(InvalidRequest(field: "command", message: "command \(reason)."))
        case SandboxFailure.shuttingDown: return .shuttingDown
        default: break
        }
        parts.logger.error(
            "a session failed", metadata: ["session_id": "\(id)", "step": "\(what)", "reason": "\(error)"])
        return .failed("The session could not \(what); the server's log has the reason.")
    }
}
