import CLinux
import Glibc
import LinuxKernel

/// A keeper in its namespaces and its cgroup that has no identity yet and has built nothing: what can be made before it is
/// known whose it will be. Cloning and moving to a cgroup are what takes long and varies.
struct BlankSandbox: Sendable {
    let sandbox: LiveSessionSandbox
    /// The keeper's directory in the launcher's /proc.
    let process: SharedDescriptor?
}

/// Sandboxes of sessions.
extension SandboxMaker {
    /// A sandbox over the session's workspace. After a throw nothing of it is left.
    func make(for session: SessionSpecification) async throws(SandboxFailure) -> LiveSessionSandbox {
        if let folders {
            try check(session, owner: configuration.confinedIdentity)
            return try await persistently { () async throws(SandboxFailure) in
                try await self.makeOne(for: session, in: folders)
            }
        }
        try check(session, owner: session.identity)
        return try await persistently { () async throws(SandboxFailure) in try await self.makeOne(for: session) }
    }

    private func makeOne(for session: SessionSpecification) async throws(SandboxFailure) -> LiveSessionSandbox {
        let mount: DetachedMount
        do { mount = try DetachedMount(of: session.workspace) } catch { throw .workspaceNotMountable(error) }
        let blank = try await takeBlank()
        do throws(SandboxFailure) {
            guard let process = blank.process else { throw .lost(during: "the choice of a sandbox") }
            try await currentLauncher().identify(process, as: session.identity)
            try await blank.sandbox.prepare(
                mount, limits: session.limits, processors: configuration.affinity(slot: blank.sandbox.slot.index),
                terminals: configuration.terminals)
        } catch {
            let isLost = await blank.sandbox.isOrphan
            await blank.sandbox.destroy()
            throw isLost ? .lost(during: "the preparation of a session's sandbox") : error
        }
        return blank.sandbox
    }

    /// At the level landlock the workspace stays where it is on the host.
    private func makeOne(
        for session: SessionSpecification, in folders: SandboxFolders
    ) async throws(SandboxFailure) -> LiveSessionSandbox {
        let sandbox = try await makeBlank().sandbox
        do throws(SandboxFailure) {
            let folder = try await makeFolder(in: folders, session: session.workspace)
            try await sandbox.prepare(
                in: folder, limits: session.limits, processors: configuration.affinity(slot: sandbox.slot.index))
        } catch {
            await sandbox.destroy()
            throw error
        }
        return sandbox
    }

    /// The workspace is a directory of the sandbox's own user, which is nobody of importance.
    private func check(_ session: SessionSpecification, owner: HostIdentity) throws(SandboxFailure) {
        var status = stat()
        let result = linux_fstat(session.workspace.number, &status)
        guard result >= 0 else { throw .system(SystemError("stat", "a workspace", Errno(result: result))) }
        guard session.identity == owner, status.st_mode & S_IFMT == S_IFDIR, owner.user != 0, owner.group != 0,
            status.st_uid == owner.user
        else { throw .system(SystemError("use", "a workspace that is not its session's", Errno(EPERM))) }
    }

    // MARK: Blanks

    private func takeBlank() async throws(SandboxFailure) -> BlankSandbox {
        refillBlanks()
        while let blank = blanks.popLast() {
            if await blank.sandbox.isBlank { return blank }
            await blank.sandbox.destroy()
        }
        return try await makeBlank()
    }

    private func makeBlank() async throws(SandboxFailure) -> BlankSandbox {
        let slot = try await takeSlot()
        let keeper: LauncherProcess.Keeper
        do {
            keeper = try await currentLauncher().create(
                slot: slot.index, identity: nil, cgroup: slot.group.cloneDirectory)
        } catch {
            giveBack(slot)
            throw error
        }
        let sandbox = LiveSessionSandbox(keeper, slot: slot, on: runLoop)
        do throws(SandboxFailure) {
            try await sandbox.begin()
            if slot.group.cloneDirectory == nil { try slot.admit(keeper.pid) }
            if keeper.isSupervised { return BlankSandbox(sandbox: sandbox, process: nil) }
            guard let process = keeper.unidentified else { throw .lost(during: "the launcher's answer") }
            return BlankSandbox(sandbox: sandbox, process: process)
        } catch {
            await sandbox.destroy()
            throw error
        }
    }

    /// Restores their number a moment later, so that it does not compete with the session that has just come.
    func refillBlanks() {
        // At the level landlock a session's sandbox is made as fast as a blank one.
        guard !isRefilling, !isEnding, configuration.sessionPoolSize > 0, folders == nil else { return }
        isRefilling = true
        _ = loop.after(Self.refillDelay) { [weak self] in Task { await self?.refill() } }
    }

    private static let refillDelay = Duration.milliseconds(20)

    private func refill() async {
        do {
            while !isEnding, blanks.count < configuration.sessionPoolSize {
                let blank = try await makeBlank()
                if isEnding { await blank.sandbox.destroy() } else { blanks.append(blank) }
            }
        } catch {
            // The next session makes its own, and is told if it cannot be.
            configuration.report("a sandbox for sessions cannot be prepared: \(error)")
        }
        isRefilling = false
    }

    /// Their launcher is dead, and so are they.
    func giveUpBlanks() {
        let old = blanks
        blanks = []
        for blank in old { Task { await blank.sandbox.destroy() } }
        refillBlanks()
    }
}

extension SandboxEngine: SessionSandboxSource {
    package func sandbox(for session: SessionSpecification) async throws(SandboxFailure) -> any SessionSandbox {
        try await maker.make(for: session)
    }
}
