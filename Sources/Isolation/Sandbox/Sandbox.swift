import CLinux
package import LinuxKernel

/// One sandbox: a keeper, its namespaces and its cgroup. Used by one run, then destroyed.
///
/// Lives on the run loop: what the keeper says, output, timers and the keeper's death arrive there as events, so that
/// nothing here blocks and nothing needs a lock.
package actor Sandbox: ProgramSandbox {
    enum State {
        case preparing
        case ready
        case running(ActiveRun)
        /// The program has ended; the workspace can still be read.
        case ended
        case destroyed
    }

    nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    var state = State.preparing
    let slot: Slot
    let retired: RetiredSandboxes
    private let keeper: KeeperLink
    private let collector: Collector
    /// The first failure of a write that was not waited for.
    private var writeFailure: SandboxFailure?
    private(set) var workspace: SharedDescriptor?
    /// Blocks of the scratch file system that are in use before anything was written.
    private(set) var emptyDisk = ByteCount(0)

    init(
        _ keeper: LauncherProcess.Keeper, slot: Slot, on loop: EventLoop, collector: Collector,
        retired: RetiredSandboxes
    ) {
        self.loop = loop
        self.slot = slot
        self.retired = retired
        self.keeper = KeeperLink(keeper, on: loop)
        self.collector = collector
    }

    var conversation: Conversation { keeper.conversation }
    /// Whether it is of no use to anybody any more.
    var isLost: Bool { keeper.isLost }

    /// Level landlock: where it writes, what was used of that when it was counted last, and whether it is being counted.
    private(set) var folder: SandboxFolder?
    private(set) var counted = WorkspaceUsage(bytes: ByteCount(0), entries: 0, isComplete: true)
    private var isCounting = false

    /// Has the keeper seal itself in over its own folder. After a throw the sandbox is to be destroyed.
    func prepare(in folder: SandboxFolder, processors: UInt64) async throws(SandboxFailure) {
        self.folder = folder
        try listen()
        let answer = try await conversation.ask(.prepare(in: folder, processors: processors))
        guard let directory = answer.descriptors.first else { throw .lost(during: "the workspace's descriptor") }
        workspace = directory
        try await count(folder)
        emptyDisk = counted.bytes
        if case .preparing = state { state = .ready }
    }

    /// Has the keeper build the root and seal it. After a throw the sandbox is to be destroyed.
    func prepare(_ scratch: ScratchSize, processors: UInt64, terminals: Bool) async throws(SandboxFailure) {
        try listen()
        let answer = try await conversation.ask(
            .prepare(scratch, processors: processors, terminals: terminals))
        guard let directory = answer.descriptors.first else { throw .lost(during: "the workspace's descriptor") }
        workspace = directory
        emptyDisk = try diskUsage().used
        if case .preparing = state { state = .ready }
    }

    private func listen() throws(SandboxFailure) {
        do throws(SystemError) {
            try keeper.start(
                onEvent: { [unowned self] event in if case .ended(let message) = event { programEnded(message) } },
                onDeath: { [unowned self] in runLostItsKeeper() })
        } catch {
            throw .system(error)
        }
    }

    // MARK: Files

    package func write(_ file: WorkspaceFile) throws(SandboxFailure) {
        try requireReady()
        let mode: UInt32 = file.isExecutable ? 0o755 : 0o644
        if file.contents.count <= MESSAGE_MAXIMUM_INLINE_FILE {
            post(.file(file.path, mode: mode, contents: file.contents), path: file.path)
        } else {
            let memory: SharedDescriptor
            do { memory = try MemoryFile.make(file.contents) } catch { throw .system(error) }
            post(.file(file.path, mode: mode, from: memory, size: ByteCount(file.contents.count)), path: file.path)
        }
    }

    package func write(
        _ source: SharedDescriptor, size: ByteCount, to path: WorkspacePath, isExecutable: Bool
    ) throws(SandboxFailure) {
        try requireReady()
        post(.file(path, mode: isExecutable ? 0o755 : 0o644, from: source, size: size), path: path)
    }

    /// Writes are not waited for: packets are carried out in order, and `run` throws what failed before it.
    private func post(_ message: Message, path: WorkspacePath) {
        conversation.order(message) { [unowned self] failure in
            if writeFailure == nil { writeFailure = failure.writing(path) }
        }
    }

    package func collect(
        _ patterns: [GlobPattern], caps: CollectionCaps
    ) async throws(SandboxFailure) -> [CollectedFile] {
        guard let workspace, !patterns.isEmpty else { return [] }
        return try await collector.files(in: workspace, matching: patterns, caps: caps)
    }

    package func open(_ path: WorkspacePath) async throws(SandboxFailure) -> (SharedDescriptor, ByteCount)? {
        guard let workspace else { return nil }
        return try await collector.open(path, in: workspace)
    }

    /// Bytes used in the scratch file system, and whether nothing more fits.
    func diskUsage() throws(SandboxFailure) -> (used: ByteCount, isFull: Bool) {
        guard let workspace else { return (ByteCount(0), false) }
        // Counting takes its time and is done beside: what was found last is told.
        if folder != nil { return (counted.bytes, false) }
        var status = statfs()
        let result = linux_fstatfs(workspace.number, &status)
        guard result >= 0 else { throw .system(SystemError("fstatfs", "workspace", Errno(result: result))) }
        let used = (Int(status.f_blocks) - Int(status.f_bfree)) * Int(status.f_bsize)
        return (ByteCount(used), status.f_bfree == 0 || status.f_ffree == 0)
    }

    /// Counts what is in the sandbox's own folder, as far as `limits` go.
    func count(_ folder: SandboxFolder, limits: Limits? = nil) async throws(SandboxFailure) {
        var maximum = TreeUsage.Maximum()
        if let limits {
            maximum.bytes = emptyDisk.bytes + limits.disk.bytes
            maximum.entries = limits.inodes + 1
        }
        do { counted = try await folder.usage(upTo: maximum) } catch { throw .system(error) }
    }

    /// Counts beside what else goes on, one count at a time, and looks at the run's limit then.
    func countDisk(_ run: ActiveRun) {
        guard let folder, !isCounting else { return }
        isCounting = true
        Task { await countDisk(folder, run) }
    }

    private func countDisk(_ folder: SandboxFolder, _ run: ActiveRun) async {
        do {
            try await count(folder, limits: run.limits)
            checkDisk(run)
        } catch {
            // What cannot be counted cannot be limited.
            killAll()
        }
        isCounting = false
    }

    // MARK: Life and death

    func requireReady() throws(SandboxFailure) {
        switch state {
        case .ready: break
        case .preparing, .running: throw .lost(during: "another use of the sandbox")
        case .ended, .destroyed: throw .lost(during: "a use of the sandbox after its end")
        }
        if let writeFailure { throw writeFailure.beforeStart }
    }

    /// The failure of a write since the last call; writes are in order before the run's own answer.
    func takeWriteFailure() -> SandboxFailure? {
        defer { writeFailure = nil }
        return writeFailure
    }

    /// Ends everything inside at once.
    func killAll() { keeper.kill() }

    /// Waits until no process of the sandbox is left.
    func waitForDeath() async { await keeper.waitForDeath() }

    package func retire() {
        if case .ended = state {
            retired.add { await self.destroy() }
        } else {
            Task { await destroy() }
        }
    }

    package func destroy() async {
        if case .destroyed = state { return }
        if case .running(let run) = state { end(run, because: .cancelled) }
        state = .destroyed
        killAll()
        await waitForDeath()
        conversation.end()
        workspace = nil
        if let leftover = LeftoverFolder(folder.take()) {
            do { try await leftover.remove() } catch { slot.report("a sandbox's folder stays: \(error)") }
        }
        await slot.release()
    }
}

extension SandboxFailure {
    /// A failed write with the path that it was for.
    fileprivate func writing(_ path: WorkspacePath) -> SandboxFailure {
        guard case .setup(let stage, let error) = self else { return self }
        return .notWritable(path: path.description, stage: stage, error: error)
    }
}
