import CLinux
import Glibc
package import LinuxKernel

/// The directories of sessions on the host's disk, below one that nobody else may enter.
///
/// Has a thread of its own, because what sessions leave may be large. Long work is done in steps: what else is asked of
/// the disk waits for one step of each, about ten milliseconds.
package actor WorkspaceDisk {
    private nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let root: SharedDescriptor

    /// Where what is deleted goes first: the directory itself, under names that begin with ``removalPrefix``.
    package nonisolated var removals: SharedDescriptor { root }

    /// Entries between two chances for others.
    private static let step = 200

    /// Opens the directory, which must belong to this process's user; its modes are set so that nobody else may enter.
    package init(path: String) throws(SystemError) {
        root = SharedDescriptor(
            try Descriptor(result: linux_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), "open", path))
        try SystemError.check(linux_fchmod(root.number, 0o700), "chmod", path)
        loop = try EventLoop(name: "workspaces")
    }

    /// Ends the thread; nothing may be asked after it.
    package nonisolated func stop() { loop.stop() }

    /// Makes an empty workspace that belongs to `identity`. `name` is one part of a path; throws EEXIST if it is taken.
    package func make(_ name: String, for identity: HostIdentity) throws(SystemError) -> SharedDescriptor {
        try Self.check(name)
        try SystemError.check(linux_mkdirat(root.number, name, 0o700), "make the workspace", name)
        let workspace = try open(name)
        if geteuid() == 0 {
            try SystemError.check(
                linux_fchown(workspace.number, identity.user, identity.group), "give away the workspace", name)
        }
        return workspace
    }

    /// Opens a workspace. Throws ENOENT if there is none.
    package func open(_ name: String) throws(SystemError) -> SharedDescriptor {
        try Self.check(name)
        return SharedDescriptor(
            try Descriptor(
                result: linux_openat(root.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), "open the workspace",
                name))
    }

    /// The names in the directory: workspaces, and what is left of removals that were interrupted. At most `maximum`.
    package func names(atMost maximum: Int = 100_000) throws(SystemError) -> [String] {
        try Directory(root).names(atMost: maximum).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Removes a workspace, or what an interrupted removal left, in any state. No sandbox may have it. At the return, or
    /// after a crash, its name is free; a cancelled task stops early, and ``names(atMost:)`` tells the rest. At its end
    /// `finish` is called on the disk's thread.
    package func remove(_ name: String, finish: @Sendable () -> Void = {}) async throws(SystemError) {
        defer { finish() }
        try Self.check(name)
        // As most folders of sandboxes are.
        if linux_rmdirat(root.number, name) >= 0 { return }
        var removal = try TreeRemoval(of: name, in: root, queueName: Self.removalPrefix + Self.unique())
        while try !removal.step(Self.step) {
            if Task.isCancelled { return }
            await Task.yield()
        }
    }

    /// What interrupted removals left begins with this.
    package static let removalPrefix = "removed-"

    private static func unique() -> String { String(UInt64.random(in: 0 ... .max), radix: 36) }

    /// What a workspace occupies now; programs may be at work in it. A count that is beyond `maximum` stops there: whoever
    /// has a limit need not know by how much it is exceeded, and must know it before it is exceeded by much more.
    package func usage(
        of workspace: SharedDescriptor, upTo maximum: TreeUsage.Maximum = TreeUsage.Maximum()
    ) async throws(SystemError) -> WorkspaceUsage {
        var walk = try TreeUsage(of: workspace, upTo: maximum)
        while try !walk.step(Self.step) {
            if Task.isCancelled {
                return WorkspaceUsage(bytes: ByteCount(walk.bytes), entries: walk.entries, isComplete: false)
            }
            await Task.yield()
        }
        return WorkspaceUsage(walk)
    }

    /// One part of a path, made by us and never by a program.
    private static func check(_ name: String) throws(SystemError) {
        let isPart = !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(0x2F) && !name.utf8.contains(0)
        guard isPart else { throw SystemError("use the workspace name", name, Errno(EINVAL)) }
    }
}

/// What a workspace occupies.
package struct WorkspaceUsage: Hashable, Sendable {
    /// On disk: what sparse files do not occupy is not counted, and a file with several names once.
    package let bytes: ByteCount
    /// Files, folders and everything else in it.
    package let entries: Int
    /// False if it is a lower bound: the tree was changed during the count, or has more than 5 million entries or
    /// 200,000 levels.
    package let isComplete: Bool
}

extension WorkspaceUsage {
    init(_ walk: TreeUsage) {
        self.init(bytes: ByteCount(walk.bytes), entries: walk.entries, isComplete: walk.isComplete)
    }
}
