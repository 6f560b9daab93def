import CLinux
import Glibc
import LinuxKernel
import Synchronization

/// Where the sandboxes of one server write at the level landlock: a folder of its own below the configured one, which is
/// locked while the server lives and removed at its end, or by the next server.
final class SandboxFolders: Sendable {
    /// Absolute and canonical.
    let path: String
    private let name: String
    private let parent: WorkspaceDisk
    private let disk: WorkspaceDisk
    private let lock: SharedDescriptor
    private let owner: HostIdentity

    private static let prefix = "server-"

    /// Throws EACCES when programs could not be started there (`noexec`).
    static func open(below path: String, owner: HostIdentity) async throws(SystemError) -> SandboxFolders {
        try make(path, owner)
        let parent = try WorkspaceDisk(path: path)
        do throws(SystemError) {
            try await removeStale(in: parent)
            return try SandboxFolders(in: parent, owner: owner, canonical: HostFile.canonicalPath(path) ?? path)
        } catch {
            parent.stop()
            throw error
        }
    }

    /// Makes the configured folder with those above it, and sees to it that it is ours or the sandboxes' own.
    private static func make(_ path: String, _ owner: HostIdentity) throws(SystemError) {
        var prefix = ""
        for part in path.split(separator: "/") {
            prefix += "/\(part)"
            let result = linux_mkdirat(AT_FDCWD, prefix, 0o700)
            if result != -Int(EEXIST), HostFile.kind(of: prefix) != .directory {
                try SystemError.check(result, "make", prefix)
            }
        }
        let folder = try Descriptor(result: linux_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), "open", path)
        var status = stat()
        try SystemError.check(linux_fstat(folder.number, &status), "stat", path)
        guard status.st_uid == geteuid() || status.st_uid == owner.user else {
            throw SystemError("use", "\(path), which is another user's", Errno(EPERM))
        }
        guard owner.user != geteuid() else { return }
        try SystemError.check(linux_fchown(folder.number, owner.user, owner.group), "chown", path)
    }

    private init(in parent: WorkspaceDisk, owner: HostIdentity, canonical: String) throws(SystemError) {
        self.parent = parent
        self.owner = owner
        name = Self.prefix + String(UInt64.random(in: 0 ... .max), radix: 36)
        path = canonical + "/" + name
        try SystemError.check(linux_mkdirat(AT_FDCWD, path, 0o700), "make", path)
        disk = try WorkspaceDisk(path: path)
        lock = SharedDescriptor(
            try Descriptor(result: linux_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), "open", path))
        try SystemError.check(linux_flock(lock.number, LOCK_EX | LOCK_NB), "lock", path)
        var system = statfs()
        try SystemError.check(linux_fstatfs(lock.number, &system), "statfs", path)
        guard UInt(system.f_flags) & 8 /* ST_NOEXEC */ == 0 else {
            throw SystemError("start programs in", "\(path), which is mounted noexec", Errno(EACCES))
        }
        try write(ShellScript.text, to: "session.bash")
        // Who is no longer root when programs are started must get to what is below; nobody may list or write it.
        if owner.user != geteuid() {
            try SystemError.check(linux_fchown(lock.number, owner.user, owner.group), "chown", path)
        }
    }

    /// The text that session shells read first.
    var script: String { path + "/session.bash" }

    private func write(_ text: String, to name: String) throws(SystemError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
        let file = try Descriptor(result: linux_openat(lock.number, name, flags, 0o444), "make", name)
        let bytes = Array(text.utf8)
        try SystemError.check(linux_write(file.number, bytes, bytes.count), "write", name)
    }

    /// What servers left that did not come to their end.
    private static func removeStale(in parent: WorkspaceDisk) async throws(SystemError) {
        for name in try await parent.names() where name.hasPrefix(prefix) || name.hasPrefix(WorkspaceDisk.removalPrefix)
        {
            let folder = try await parent.open(name)
            guard linux_flock(folder.number, LOCK_EX | LOCK_NB) == 0 else { continue }
            try await parent.remove(name)
        }
    }

    /// A new folder for one sandbox. A session's workspace is elsewhere and stays; only what else it wrote goes with the
    /// folder. After a throw nothing of it is left.
    func make(_ number: Int, session: SharedDescriptor? = nil) async throws(SystemError) -> SandboxFolder {
        let place = try session.map { workspace throws(SystemError) in try Self.path(of: workspace) }
        let name = "\(number)-" + String(UInt32.random(in: 0 ... .max), radix: 36)
        let top = try await disk.make(name, for: owner)
        do throws(SystemError) {
            let workspace = if let session { session } else { try Self.make("work", in: top, owner) }
            let temporary = try Self.make("tmp", in: top, owner)
            let paths = PathMap(
                workspace: place ?? "\(path)/\(name)/work", temporary: "\(path)/\(name)/tmp", script: script)
            return SandboxFolder(
                name: name, top: top, workspace: workspace, temporary: temporary, paths: paths, folders: self)
        } catch {
            try await disk.remove(name)
            throw error
        }
    }

    private static func path(of workspace: SharedDescriptor) throws(SystemError) -> String {
        guard let path = HostFile.canonicalPath("/proc/self/fd/\(workspace.number)") else {
            throw SystemError("find", "a workspace", .noEntry)
        }
        return path
    }

    private static func make(
        _ name: String, in top: SharedDescriptor, _ owner: HostIdentity
    ) throws(SystemError) -> SharedDescriptor {
        try SystemError.check(linux_mkdirat(top.number, name, 0o700), "make", name)
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
        let folder = SharedDescriptor(
            try Descriptor(result: linux_openat(top.number, name, flags, 0), "open", name))
        if owner.user != geteuid() {
            try SystemError.check(linux_fchown(folder.number, owner.user, owner.group), "chown", name)
        }
        return folder
    }

    func usage(
        of folder: SandboxFolder, upTo maximum: TreeUsage.Maximum
    ) async throws(SystemError) -> WorkspaceUsage {
        try await disk.usage(of: folder.top, upTo: maximum)
    }

    /// No process of its sandbox lives any more. At the end `finish` is called on the disk's thread.
    fileprivate func remove(_ name: String, finish: @Sendable () -> Void) async throws(SystemError) {
        do {
            try await disk.remove(name, finish: finish)
        } catch {
            // The last ones may go together with everything.
            guard HostFile.kind(of: path) == nil else { throw error }
        }
    }

    /// Removes everything.
    func end() async throws(SystemError) {
        disk.stop()
        defer { parent.stop() }
        try await parent.remove(name)
    }
}

/// The folder of one sandbox, with its workspace and its temporary directory.
struct SandboxFolder: Sendable {
    /// What ``usage()`` counts on the spot: entries, in some 100 microseconds.
    private static let countedAtOnce = 64

    let name: String
    let top: SharedDescriptor
    let workspace: SharedDescriptor
    let temporary: SharedDescriptor
    let paths: PathMap
    let folders: SandboxFolders

    /// What it occupies, counted on the spot if it has few entries, as most have, and otherwise by the disk's thread.
    /// It stops beyond `maximum`.
    nonisolated(nonsending) func usage(
        upTo maximum: TreeUsage.Maximum = TreeUsage.Maximum()
    ) async throws(SystemError) -> WorkspaceUsage {
        var walk = try TreeUsage(of: top)
        if try walk.step(Self.countedAtOnce) { return WorkspaceUsage(walk) }
        return try await folders.usage(of: self, upTo: maximum)
    }
}

/// The folder of a sandbox that is no more, which nobody else has.
///
/// With the last descriptor of what was removed the file system gives up the space, for which some wait for the device:
/// so the descriptors are closed where folders are removed, and not where sandboxes live.
final class LeftoverFolder: Sendable {
    private let name: String
    private let folders: SandboxFolders
    private let descriptors: Mutex<[SharedDescriptor]>

    init?(_ folder: consuming SandboxFolder?) {
        guard let folder else { return nil }
        (name, folders) = (folder.name, folder.folders)
        descriptors = Mutex([folder.top, folder.workspace, folder.temporary])
    }

    func remove() async throws(SystemError) {
        try await folders.remove(name) { descriptors.withLock { $0 = [] } }
    }
}

/// Where the places are that programs of the other level see by fixed names.
///
/// No mount shows them here, so what a command names at its start is rewritten: whole strings, and paths that begin with a
/// place. What stands in the middle of a script stays.
package struct PathMap: Hashable, Sendable {
    private let places: [(from: String, to: String)]

    package static func == (left: PathMap, right: PathMap) -> Bool { left.places.map(\.to) == right.places.map(\.to) }
    package func hash(into hasher: inout Hasher) { hasher.combine(places.map(\.to)) }

    package init(workspace: String, temporary: String, script: String) {
        places = [("/workspace", workspace), ("/tmp", temporary), (ShellScript.path, script)]
    }

    package func map(_ text: String) -> String {
        for place in places where text == place.from || text.hasPrefix(place.from + "/") {
            return place.to + text.dropFirst(place.from.count)
        }
        return text
    }

    package func map(_ command: Command) -> Command {
        var command = command
        command.executable = map(command.executable)
        command.workingDirectory = map(command.workingDirectory)
        command.arguments = command.arguments.map(map)
        command.environment = command.environment.mapValues(map)
        // Nobody can write in /tmp, where programs go that are told nothing.
        if command.environment["TMPDIR"] == nil { command.environment["TMPDIR"] = map("/tmp") }
        return command
    }
}
