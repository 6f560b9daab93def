import LinuxKernel

/// Makes sandboxes and takes their slots back, on a loop of its own: attaching to a cgroup may block for milliseconds.
actor SandboxMaker {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    let runLoop: EventLoop
    private let collector: Collector
    private let retired: RetiredSandboxes
    let configuration: EngineConfiguration
    private let template: SandboxTemplate
    private let cgroups: any CgroupParent
    /// Where sandboxes write at the level landlock.
    let folders: SandboxFolders?
    private var folderCount = 0
    private let onLauncherLoss: @Sendable () -> Void
    private var launcher: Task<LauncherProcess, any Error>?
    /// Counts the launchers that were started; the last one's is `launcher`.
    private var launcherNumber = 0
    private var free: [Slot] = []
    /// Slots that were ever made; indexes of those that were given up are used again first.
    private var slotCount = 0
    private var unusedIndexes: [Int] = []
    private var isTrimming = false
    private var waitingForSlot: [CheckedContinuation<Void, Never>] = []
    private(set) var isEnding = false
    /// Sandboxes that wait for a session, and whether their number is being restored.
    var blanks: [BlankSandbox] = []
    var isRefilling = false

    init(
        configuration: EngineConfiguration, template: SandboxTemplate, cgroups: any CgroupParent, loop: EventLoop,
        runLoop: EventLoop, collector: Collector, folders: SandboxFolders?,
        onLauncherLoss: @escaping @Sendable () -> Void
    ) {
        self.configuration = configuration
        self.template = template
        self.cgroups = cgroups
        self.loop = loop
        self.runLoop = runLoop
        retired = RetiredSandboxes(on: runLoop)
        self.collector = collector
        self.folders = folders
        self.onLauncherLoss = onLauncherLoss
    }

    /// A new sandbox, ready to run. After a throw nothing of it is left.
    func make(disk: ByteCount, inodes: Int) async throws(SandboxFailure) -> Sandbox {
        try await persistently { () async throws(SandboxFailure) in try await self.makeOne(disk: disk, inodes: inodes) }
    }

    /// How often more something is begun whose launcher or keeper was lost before it was done.
    private static let patience = 2

    /// A launcher or a keeper that somebody kills costs nobody a sandbox: the next one is tried, with a new launcher.
    func persistently<Value: Sendable>(
        _ make: () async throws(SandboxFailure) -> Value
    ) async throws(SandboxFailure) -> Value {
        for _ in 0..<Self.patience {
            do throws(SandboxFailure) {
                return try await make()
            } catch {
                guard !isEnding, case .lost = error else { throw error }
                await forgetLostLauncher()
            }
        }
        return try await make()
    }

    /// The news of its end may not have come yet.
    private func forgetLostLauncher() async {
        let number = launcherNumber
        guard case .success(let process)? = await launcher?.result, await process.hasEnded else { return }
        launcherLost(number)
    }

    private func makeOne(disk: ByteCount, inodes: Int) async throws(SandboxFailure) -> Sandbox {
        let slot = try await takeSlot()
        let keeper: LauncherProcess.Keeper
        do {
            keeper = try await currentLauncher().create(
                slot: slot.index, identity: HostIdentity(user: slot.user, group: slot.user),
                cgroup: slot.group.cloneDirectory)
        } catch {
            giveBack(slot)
            throw error
        }
        let sandbox = Sandbox(keeper, slot: slot, on: runLoop, collector: collector, retired: retired)
        do throws(SandboxFailure) {
            // With cgroup v1 the keeper moves before it allocates anything: it waits for its first packet.
            if slot.group.cloneDirectory == nil { try slot.admit(keeper.pid) }
            if let folders {
                let folder = try await makeFolder(in: folders)
                try await sandbox.prepare(in: folder, processors: configuration.affinity(slot: slot.index))
                return sandbox
            }
            try await sandbox.prepare(
                ScratchSize(disk: disk, inodes: inodes), processors: configuration.affinity(slot: slot.index),
                terminals: configuration.terminals)
        } catch {
            await sandbox.destroy()
            throw error
        }
        return sandbox
    }

    func makeFolder(
        in folders: SandboxFolders, session: SharedDescriptor? = nil
    ) async throws(SandboxFailure) -> SandboxFolder {
        folderCount += 1
        do { return try await folders.make(folderCount, session: session) } catch { throw .system(error) }
    }

    /// Ends the launcher, and with it whatever still lives, and removes every cgroup. What cannot be removed is reported,
    /// and the rest still goes; the next server tries again.
    func end() async {
        isEnding = true
        for blank in blanks { await blank.sandbox.destroy() }
        blanks = []
        if let launcher {
            if case .success(let process) = await launcher.result { await process.end() }
        }
        launcher = nil
        for slot in free { remove { () throws(SystemError) in try slot.group.remove() } }
        free = []
        remove { () throws(SystemError) in try cgroups.remove() }
        do {
            try await folders?.end()
        } catch {
            configuration.report("the sandboxes' folder cannot be removed: \(error)")
        }
    }

    private func remove(_ removal: () throws(SystemError) -> Void) {
        do throws(SystemError) {
            try removal()
        } catch {
            configuration.report("a cgroup of the sandboxes cannot be removed: \(error)")
        }
    }

    // MARK: Launcher

    /// The running launcher, or a new one when there is none or the last one ended.
    func currentLauncher() async throws(SandboxFailure) -> LauncherProcess {
        guard !isEnding else { throw .shuttingDown }
        let starting = launcher ?? startLauncher()
        do {
            return try await starting.value
        } catch {
            if launcher == starting { launcher = nil }
            throw error as! SandboxFailure
        }
    }

    private func startLauncher() -> Task<LauncherProcess, any Error> {
        launcherNumber += 1
        let number = launcherNumber
        let task = Task { [configuration, template, loop] in
            try await LauncherProcess.start(
                executable: configuration.launcher, template: template, on: loop, report: configuration.report
            ) { [weak self] in
                Task { await self?.launcherLost(number) }
            }
        }
        launcher = task
        return task
    }

    /// The news of a loss may come when the next launcher has been started already.
    private func launcherLost(_ number: Int) {
        guard number == launcherNumber else { return }
        launcher = nil
        giveUpBlanks()
        if !isEnding { onLauncherLoss() }
    }

    // MARK: Slots

    func takeSlot() async throws(SandboxFailure) -> Slot {
        while true {
            guard !isEnding else { throw .shuttingDown }
            if let slot = free.popLast() { return slot }
            if slotCount - unusedIndexes.count < configuration.maximumSandboxes { return try makeSlot() }
            // Those that could wait for a better moment have slots.
            Task(executorPreference: runLoop) { [retired] in retired.endAll() }
            await withCheckedContinuation { continuation in
                if free.isEmpty { waitingForSlot.append(continuation) } else { continuation.resume() }
            }
        }
    }

    private func makeSlot() throws(SandboxFailure) -> Slot {
        let index = unusedIndexes.last ?? slotCount
        do {
            let group = try cgroups.makeGroup(named: "\(index)")
            try group.share(processors: configuration.processorShare)
            if unusedIndexes.popLast() == nil { slotCount += 1 }
            return Slot(
                index: index, user: configuration.hostUser(slot: index), group: group,
                processors: configuration.processors, report: configuration.report
            ) { [weak self] slot in await self?.recycle(slot) }
        } catch {
            throw .system(error)
        }
    }

    /// The sandbox is dead; what it left in its cgroup is counted away.
    private func recycle(_ slot: Slot) {
        // At the end all groups go at once.
        guard !isEnding else { return }
        do {
            // Shared memory of an IPC namespace is freed later than its processes: the next program must not pay for it.
            if try slot.group.reset() { giveBack(slot) } else { replace(slot) }
        } catch {
            // A group that cannot be trusted is not used again; its place is.
            configuration.report("cgroup of slot \(slot.index) cannot be reset and is replaced: \(error)")
            replace(slot)
        }
    }

    private func replace(_ slot: Slot) {
        do {
            try slot.group.remove()
            let group = try cgroups.makeGroup(named: "\(slot.index)")
            try group.share(processors: configuration.processorShare)
            giveBack(
                Slot(
                    index: slot.index, user: slot.user, group: group, processors: slot.processors,
                    report: configuration.report
                ) {
                    [weak self] slot in
                    await self?.recycle(slot)
                })
        } catch {
            configuration.report("slot \(slot.index) is lost: \(error)")
        }
    }

    func giveBack(_ slot: Slot) {
        free.append(slot)
        if !waitingForSlot.isEmpty { waitingForSlot.removeFirst().resume() }
        trim(after: Self.rest)
    }

    /// A burst leaves slots, each with a cgroup and a dozen descriptors. Those that nobody needed for so long are given up,
    /// one at a time, because each costs the kernel a millisecond.
    private static let rest = Duration.seconds(10)
    private static let trimPause = Duration.milliseconds(50)

    private func trim(after pause: Duration) {
        guard !isTrimming, !isEnding, free.count > max(6, configuration.poolSize) else { return }
        isTrimming = true
        _ = loop.after(pause) { [weak self] in Task { await self?.trimOne() } }
    }

    private func trimOne() {
        isTrimming = false
        guard !isEnding, free.count > max(6, configuration.poolSize) else { return }
        let slot = free.removeFirst()
        do throws(SystemError) {
            try slot.group.remove()
            unusedIndexes.append(slot.index)
        } catch {
            configuration.report("slot \(slot.index) is lost: \(error)")
        }
        trim(after: Self.trimPause)
    }
}
