import CLinux
import Glibc
package import LinuxKernel

/// The launcher as the server sees it: started once, told the template, then asked for keepers.
actor LauncherProcess {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let conversation: Conversation
    private let process: Pidfd
    private let pid: pid_t
    private var processWatch: UInt64?
    private let report: @Sendable (String) -> Void
    private var isConfined = false

    /// A keeper that was cloned and waits to be told what to do.
    struct Keeper: Sendable {
        let pid: Int32
        let process: Pidfd
        /// The process with which it ends.
        let launcher: Pidfd
        let socket: Int32
        /// Its directory in /proc, if it has no identity yet.
        let unidentified: SharedDescriptor?
        /// Level landlock: `process` is its supervisor, which ends the sandbox when it is asked to, and not by its own end.
        var isSupervised = false
    }

    /// Starts `executable` and has it build the template; throws when any step of it fails. `report` is told when the
    /// launcher cannot be ended, `onLoss` when it ended by itself.
    static func start(
        executable: String, template: SandboxTemplate, on loop: EventLoop,
        report: @escaping @Sendable (String) -> Void, onLoss: @escaping @Sendable () -> Void
    ) async throws(SandboxFailure) -> LauncherProcess {
        let launcher: LauncherProcess
        do {
            launcher = try LauncherProcess(executable: executable, on: loop, report: report)
            try await launcher.listen(onLoss: onLoss)
        } catch {
            throw .system(error)
        }
        do {
            try await launcher.build(template)
        } catch {
            await launcher.end()
            throw error
        }
        return launcher
    }

    private init(
        executable: String, on loop: EventLoop, report: @escaping @Sendable (String) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.report = report
        let ends = try PacketSocketPair().ends()
        let ours = Descriptor(owning: ends.ours)
        let theirs = Descriptor(owning: ends.theirs)
        (pid, process) = try Self.spawn(executable, socket: theirs.number)
        conversation = Conversation(PacketSocket(ours, on: loop), with: "the launcher")
    }

    private func listen(onLoss: @escaping @Sendable () -> Void) throws(SystemError) {
        processWatch = try loop.watch(process.descriptor.number, .readable) { [unowned self] _ in reap(WNOHANG) }
        try conversation.start(
            onLoss: { [unowned self] in
                // Its socket ends before it does: whoever is told may let go of this actor, so it is waited for now.
                end()
                onLoss()
            })
    }

    /// posix_spawn(3), which does not copy this process: descriptor 3 is the socket, the standard ones are /dev/null,
    /// the environment is empty.
    private static func spawn(_ executable: String, socket: Int32) throws(SystemError) -> (pid_t, Pidfd) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for standard in Int32(0)...2 { posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0) }
        // A duplicate is not close-on-exec, unless it is onto itself.
        if socket == 3 { _ = linux_set_close_on_exec(socket, 0) }
        posix_spawn_file_actions_adddup2(&actions, socket, 3)
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sandmartin-launcher"), nil]
        defer { free(arguments[0]) }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let result = posix_spawn(&pid, executable, &actions, nil, &arguments, &environment)
        guard result == 0 else { throw SystemError("posix_spawn", executable, Errno(result)) }
        let pidfd = try Descriptor(result: linux_pidfd_open(pid), "pidfd_open", "launcher")
        return (pid, Pidfd(SharedDescriptor(pidfd)))
    }

    private func build(_ template: SandboxTemplate) async throws(SandboxFailure) {
        isConfined = template.confinedIdentity != nil
        _ = try await conversation.ask(
            template.confinedIdentity.map { .begin(confined: $0) } ?? .begin(unprivileged: template.identity))
        for operation in template.root.operations.compactMap(template.known) {
            do {
                _ = try await conversation.ask(.operation(operation))
            } catch {
                guard case .setup(let stage, let errno) = error else { throw error }
                throw .template(operation: "\(operation)", stage: stage, error: errno)
            }
        }
        _ = try await conversation.ask(.filter(template.filter))
        _ = try await conversation.ask(.seal(template.landlock))
    }

    /// Clones a keeper with the given identity outside; without one it has to be identified before it is of use.
    func create(
        slot: Int, identity: HostIdentity?, cgroup: SharedDescriptor?
    ) async throws(SandboxFailure) -> Keeper {
        let ends: (ours: Int32, theirs: Int32)
        do { ends = try PacketSocketPair().ends() } catch { throw .system(error) }
        let ours = Descriptor(owning: ends.ours)
        let theirs = SharedDescriptor(Descriptor(owning: ends.theirs))
        let answer = try await conversation.ask(
            .create(slot: slot, identity: identity, socket: theirs, cgroup: cgroup))
        guard answer.descriptors.count == (identity == nil && !isConfined ? 2 : 1) else {
            throw .lost(during: "the launcher's answer")
        }
        if isConfined {
            return Keeper(
                pid: answer.pid, process: Pidfd(answer.descriptors[0]), launcher: process, socket: ours.release(),
                unidentified: nil, isSupervised: true)
        }
        return Keeper(
            pid: answer.pid, process: Pidfd(answer.descriptors[0]), launcher: process, socket: ours.release(),
            unidentified: identity == nil ? answer.descriptors[1] : nil)
    }

    /// Gives a keeper that was cloned without an identity the one that it has from now on.
    func identify(_ process: SharedDescriptor, as identity: HostIdentity) async throws(SandboxFailure) {
        _ = try await conversation.ask(.identify(process, as: identity))
    }

    var hasEnded: Bool { conversation.isOver || process.hasEnded }

    /// Ends the launcher and, with it, every keeper. One that cannot be killed is not waited for: its socket is closed,
    /// which ends it as well.
    func end() {
        conversation.end()
        do {
            try process.kill()
        } catch {
            return report("the launcher cannot be ended: \(error)")
        }
        reap(0)
    }

    /// Waits for the process, so that nothing of it stays; once. A killed one ends at once.
    private func reap(_ options: Int32) {
        guard let watch = processWatch else { return }
        processWatch = nil
        loop.unwatch(watch)
        var status: Int32 = 0
        while linux_wait4(pid, &status, options, nil) == -Int(EINTR) {}
    }
}

/// Who a sandbox is outside: its programs are user and group 1000 inside.
package struct HostIdentity: Hashable, Sendable {
    package let user: UInt32
    package let group: UInt32

    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }
}

/// What every sandbox of a server has in common.
package struct SandboxTemplate: Sendable {
    package var root: RootPlan
    /// Instructions of the seccomp program.
    package var filter: [UInt64]
    /// Nil where the kernel has no Landlock.
    package var landlock: LandlockRuleset?
    /// Our own ids when we are not root and first enter a user namespace of our own.
    package var identity: (user: UInt32, group: UInt32)?

    /// Who sandboxes are at the level landlock; nil at the other level.
    var confinedIdentity: HostIdentity?

    /// The operation as this kernel's Landlock can carry it out: a rule holds only rights that the version handles, and a
    /// rule that holds none is left out.
    func known(_ operation: RootOperation) -> RootOperation? {
        // Those about the host's own files were cut when they were planned.
        guard confinedIdentity == nil, case .allow(let path, let access) = operation else { return operation }
        let rights = landlock?.rule(access, onFile: false) ?? []
        return rights.isEmpty ? nil : .allow(path, rights)
    }
}
