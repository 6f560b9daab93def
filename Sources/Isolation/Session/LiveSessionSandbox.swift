import CLinux
import LinuxKernel

/// The sandbox of a session while it is awake. Lives on the run loop, like the sandbox of a run.
package actor LiveSessionSandbox: SessionSandbox {
    enum State {
        case preparing
        case active
        /// The keeper is dead although nobody destroyed it.
        case lost
        case destroyed
    }

    nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private(set) var state = State.preparing
    /// Of the session; nobody's while it is blank.
    private(set) var limits = SessionLimits(memory: ByteCount(0), processes: 0, scratch: ByteCount(0))
    let slot: Slot
    let keeper: KeeperLink
    /// Those that have a process alive, by number.
    var commands: [UInt32: ActiveCommand] = [:]
    private var lastNumber: UInt32 = 0
    private var scratch: SharedDescriptor?
    private var emptyScratch = ByteCount(0)
    /// Level landlock: where `/tmp` is, and what was used of it when it was counted last.
    private(set) var folder: SandboxFolder?
    private var counted = ByteCount(0)
    private var isCounting = false
    /// The kernel's events that have been seen.
    var memoryKills = 0
    var processRefusals = 0
    var watchdog: UInt64?
    /// While a command is killed that forks faster than it dies.
    var refusesForks = false

    init(_ keeper: LauncherProcess.Keeper, slot: Slot, on loop: EventLoop) {
        self.loop = loop
        self.slot = slot
        self.keeper = KeeperLink(keeper, on: loop)
    }

    /// Begins to listen to the keeper, which may now wait for its session.
    func begin() throws(SandboxFailure) {
        do throws(SystemError) {
            try keeper.start(
                onEvent: { [unowned self] event in
                    switch event {
                    case .ended(let message): commandEnded(message)
                    case .gone(let number): commandIsGone(number)
                    }
                }, onDeath: { [unowned self] in keeperDied() })
        } catch {
            throw .system(error)
        }
    }

    /// Has the keeper, which has its identity now, build the root over the workspace and seal it. After a throw the sandbox
    /// is to be destroyed.
    func prepare(
        _ workspace: DetachedMount, limits: SessionLimits, processors: UInt64, terminals: Bool
    ) async throws(SandboxFailure) {
        self.limits = limits
        try limitProcesses(to: limits.processes + Self.wardens)
        let answer = try await keeper.conversation.ask(
            .prepare(limits.scratchSize, processors: processors, terminals: terminals, workspace: workspace))
        guard answer.descriptors.count == 2 else { throw .lost(during: "the workspace's descriptor") }
        try Self.check(answer.descriptors[0], is: workspace)
        scratch = answer.descriptors[1]
        emptyScratch = try scratchUsage().used
        if case .preparing = state { state = .active }
    }

    /// The same at the level landlock, where there is nothing to build.
    func prepare(
        in folder: SandboxFolder, limits: SessionLimits, processors: UInt64
    ) async throws(SandboxFailure) {
        self.folder = folder
        self.limits = limits
        try limitProcesses(to: limits.processes + Self.wardens)
        let answer = try await keeper.conversation.ask(.prepare(in: folder, processors: processors))
        guard answer.descriptors.count == 1 else { throw .lost(during: "the workspace's descriptor") }
        try await count(folder)
        emptyScratch = counted
        if case .preparing = state { state = .active }
    }

    private func count(_ folder: SandboxFolder) async throws(SandboxFailure) {
        var maximum = TreeUsage.Maximum()
        maximum.bytes = emptyScratch.bytes + limits.scratch.bytes
        do { counted = try await folder.usage(upTo: maximum).bytes } catch { throw .system(error) }
    }

    /// Counts `/tmp` beside what else goes on; what is too much ends the commands.
    func countScratch() {
        guard let folder, !isCounting else { return }
        isCounting = true
        Task { await countScratch(folder) }
    }

    private func countScratch(_ folder: SandboxFolder) async {
        do {
            try await count(folder)
            let bytes = counted.bytes + (try sample()).unlinkedBytes - emptyScratch.bytes
            if bytes > limits.scratch.bytes {
                for command in commands.values { end(command, because: .disk) }
            }
        } catch {
            keeper.kill()
        }
        isCounting = false
    }

    /// Wardens are ours and not the session's; those of all commands have room beside its processes.
    private static let wardens = Int(MESSAGE_MAXIMUM_COMMANDS)

    private func limitProcesses(to count: Int) throws(SandboxFailure) {
        do {
            try slot.limit(memory: limits.memory, processes: count, endsTogether: false)
        } catch {
            throw .system(error)
        }
    }

    /// Has every fork in the sandbox fail, or allows them again.
    func refuseForks(_ isOn: Bool) throws(SandboxFailure) {
        guard refusesForks != isOn else { return }
        try limitProcesses(to: isOn ? 0 : limits.processes + Self.wardens)
        refusesForks = isOn
    }

    /// What the keeper mounted is what it was given, seen from outside.
    private static func check(
        _ workspace: SharedDescriptor, is mount: DetachedMount
    ) throws(SandboxFailure) {
        do throws(SystemError) {
            var (found, given) = (stat(), stat())
            try SystemError.check(linux_fstat(workspace.number, &found), "stat", "a workspace")
            try SystemError.check(linux_fstat(mount.descriptor.number, &given), "stat", "a workspace")
            guard found.st_dev == given.st_dev, found.st_ino == given.st_ino else {
                throw SystemError("mount", "a workspace: another directory is there", Errno(EXDEV))
            }
        } catch {
            throw .system(error)
        }
    }

    // MARK: Usage

    package var liveCommands: Int { commands.count }

    /// Whether it is still fit to be prepared.
    var isBlank: Bool { if case .preparing = state { !keeper.isLost } else { false } }

    /// Whether its launcher has ended, with which it does.
    var isOrphan: Bool { keeper.isOrphan }

    package var isAlive: Bool {
        if case .active = state { !keeper.isLost } else { false }
    }

    package func usage() throws(SandboxFailure) -> SessionUsage {
        let sample = try sample()
        return SessionUsage(
            cpu: .microseconds(sample.cpuMicroseconds), memory: ByteCount(sample.memoryCurrent),
            peakMemory: ByteCount(sample.memoryPeak), processes: programs(in: sample),
            scratch: ByteCount(max(0, try scratchUsage().used.bytes - emptyScratch.bytes)))
    }

    func sample() throws(SandboxFailure) -> CgroupSample {
        do { return try slot.sample() } catch { throw .system(error) }
    }

    /// Keeper and wardens are not the session's.
    func programs(in sample: CgroupSample) -> Int { max(0, sample.processes - 1 - commands.count) }

    func scratchUsage() throws(SandboxFailure) -> (used: ByteCount, isFull: Bool) {
        if folder != nil { return (counted, false) }
        guard let scratch else { return (ByteCount(0), false) }
        var status = statfs()
        let result = linux_fstatfs(scratch.number, &status)
        guard result >= 0 else { throw .system(SystemError("fstatfs", "/tmp", Errno(result: result))) }
        let used = (Int(status.f_blocks) - Int(status.f_bfree)) * Int(status.f_bsize)
        return (ByteCount(used), status.f_bfree == 0 || status.f_ffree == 0)
    }

    // MARK: Commands

    func requireRoom(for command: SessionCommand) throws(SandboxFailure) {
        if let problem = command.command.problem { throw .invalidCommand(reason: problem) }
        switch state {
        case .active: break
        case .preparing, .lost, .destroyed: throw .lost(during: "the use of a session's sandbox")
        }
        let maximum = Int(MESSAGE_MAXIMUM_COMMANDS)
        guard commands.count < maximum else { throw .busy(commands: maximum) }
    }

    func makeNumber() -> UInt32 {
        lastNumber += 1
        return lastNumber
    }

    // MARK: Life and death

    private func keeperDied() {
        if case .active = state { state = .lost }
        loseCommands()
    }

    package func destroy() async {
        if case .destroyed = state { return await keeper.waitForDeath() }
        state = .destroyed
        for command in commands.values where command.ending == nil { command.ending = .cancelled }
        keeper.kill()
        await keeper.waitForDeath()
        keeper.conversation.end()
        if let watchdog { loop.cancelTimer(watchdog) }
        watchdog = nil
        scratch = nil
        if let leftover = LeftoverFolder(folder.take()) {
            do { try await leftover.remove() } catch { slot.report("a sandbox's folder stays: \(error)") }
        }
        await slot.release()
    }
}
