package import LinuxKernel

// Theory of operation
//
// A session is a workspace on the host's disk, a host uid that it keeps, and the state of its shell: three things that
// need no process. A `SessionSandbox` is what they need while commands run. It is made over them in a few milliseconds,
// and destroyed when nothing runs; whoever owns the session does both as often as wanted.
//
//     workspace   a directory that the session's uid owns. The server opens it, makes a detached mount of it (nosuid,
//                 nodev) and gives that to the keeper, which attaches it at /workspace before it seals itself. Neither
//                 side ever names it by a path of the host.
//     commands    run one after the other and at the same time. Each has a warden, a process of the keeper's making that
//                 inherits whatever the command detaches; so the tree of a command can be ended whole and alone.
//     the shell   is a new bash for each command. It restores the state that the one before it left, and at its end
//                 writes its own to a descriptor. What it writes is checked for its frame only and given back to the
//                 same session's next shell: a forged state is a command by other means.
//
// When the sandbox is lost (launcher killed, out of memory as a whole), its commands end as `sandbox_error` or
// `memory_limit`, and the session is as whole as before: its owner destroys this one and makes the next.

/// What a session's sandbox is made of.
package struct SessionSpecification: Sendable {
    /// The session's directory, opened by this process; it belongs to `identity`, and no other sandbox has it now.
    package var workspace: SharedDescriptor
    /// The session's own, not used by anything else on the host.
    package var identity: HostIdentity
    package var limits: SessionLimits

    package init(workspace: SharedDescriptor, identity: HostIdentity, limits: SessionLimits) {
        self.workspace = workspace
        self.identity = identity
        self.limits = limits
    }
}

/// What all commands of a session may use together. Every field is a positive bound.
package struct SessionLimits: Hashable, Sendable {
    /// Anonymous memory, page tables, kernel objects and files in `/tmp` and `/dev/shm`; never swapped. Cached pages of the
    /// workspace count too, and are given up first.
    package var memory: ByteCount
    /// Processes and threads alive at once. The kernel counts 64 more, for wardens; what they do not need is room too.
    package var processes: Int
    /// Bytes in `/tmp` and `/dev/shm` together.
    package var scratch: ByteCount

    package init(memory: ByteCount, processes: Int, scratch: ByteCount) {
        self.memory = memory
        self.processes = processes
        self.scratch = scratch
    }

    var scratchSize: ScratchSize { ScratchSize(disk: scratch, inodes: max(1024, scratch.bytes / 4096)) }
}

/// A live sandbox of one session. It ends with `destroy()`, which every path must reach; the workspace stays.
package protocol SessionSandbox: Sendable {
    /// Starts a command; returns when its executable runs. Throws `.notExecutable`, `.invalidCommand`,
    /// `.busy` above 64 commands alive, `.noProcessLeft`, or what failed of ours. `observer` gets output as it arrives, up to
    /// what the limits keep, or all of it if they say so.
    func start(
        _ command: SessionCommand, limits: CommandLimits, observer: OutputObserver?
    ) async throws(SandboxFailure) -> any RunningCommand
    /// Starts a command on a terminal of its own.
    func start(
        _ command: SessionCommand, limits: CommandLimits, on terminal: TerminalSize
    ) async throws(SandboxFailure) -> any RunningTerminal
    /// Commands that have a process alive, those included whose first process has ended.
    var liveCommands: Int { get async }
    /// What the whole sandbox used since it was made.
    func usage() async throws(SandboxFailure) -> SessionUsage
    /// False once the sandbox is lost or destroyed: then it can only be destroyed.
    var isAlive: Bool { get async }
    /// Ends every command and returns when no process is left. The workspace may be used by the next sandbox then.
    func destroy() async
}

/// Where session sandboxes come from.
package protocol SessionSandboxSource: Sendable {
    /// Throws `.workspaceNotMountable` where the server may not mount (it is not root).
    func sandbox(for session: SessionSpecification) async throws(SandboxFailure) -> any SessionSandbox
}

/// What a session's sandbox used since it was made.
package struct SessionUsage: Hashable, Sendable {
    package var cpu: Duration
    package var memory: ByteCount
    package var peakMemory: ByteCount
    /// Alive now, without keeper and wardens.
    package var processes: Int
    /// Bytes in `/tmp` and `/dev/shm`.
    package var scratch: ByteCount
}
