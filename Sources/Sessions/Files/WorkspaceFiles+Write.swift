import LinuxKernel

extension WorkspaceFiles {
    /// Begins to write a file, which appears under its name at `finish`, or never. Folders on the way are made.
    ///
    /// `mode` has permission bits only; nil: those of the file that is replaced, else 0644.
    package func upload(
        _ path: FilePath, mode: Int? = nil, if conditions: FileConditions = FileConditions(),
        _ allowance: any DiskAllowance
    ) throws(FileFailure) -> FileUpload {
        let reservation = DiskReservation(allowance)
        guard !path.isWorkspace else { throw FileFailure.conflict(path, "is a folder") }
        let parent = try tree.makeFolders(path.parent, reservation)
        _ = try tree.checkTarget(path, in: parent, conditions)
        // The folders stay, whatever becomes of the file.
        reservation.keep()
        return try FileUpload(
            in: parent, path: path, mode: mode, conditions: conditions, tree: tree,
            reservation: DiskReservation(allowance), on: loop)
    }

    /// Makes a folder with those on the way; it may be there already.
    package func makeFolder(
        _ path: FilePath, _ allowance: any DiskAllowance
    ) throws(FileFailure) -> (entry: FileEntry, isNew: Bool) {
        let reservation = DiskReservation(allowance)
        do throws(FileFailure) {
            return (FileEntry(path: path, status: try tree.folder(path).status), false)
        } catch  where error.reason == .notFound {
            let folder = try tree.makeFolders(path, reservation)
            reservation.keep()
            return (try tree.entry(path), folder.status.kind == .directory)
        }
    }

    /// Moves a file, a folder or a link. Folders on the way to `target` are made. Without `replacing` nothing may be at
    /// `target`; with it a file may replace a file, and a folder an empty one.
    package func move(
        _ source: FilePath, to target: FilePath, replacing: Bool, _ allowance: any DiskAllowance
    ) throws(FileFailure) -> FileEntry {
        let reservation = DiskReservation(allowance)
        let from = try tree.parent(of: source)
        guard try tree.status(source, in: from) != nil else { throw FileFailure.notFound(source) }
        try Self.checkApart(source, target)
        let to = try tree.makeFolders(target.parent, reservation)
        reservation.keep()
        let replaced = try tree.status(target, in: to)
        try tree.attempt(target) { () throws(SystemError) in
            try from.rename(source.name, to: to, target.name, replacing: replacing)
        }
        reservation.keep(replacing: replaced?.freed ?? 0)
        return try tree.entry(target)
    }

    static func checkApart(_ source: FilePath, _ target: FilePath) throws(FileFailure) {
        guard !target.isWorkspace else { throw FileFailure.conflict(target, "exists already") }
        guard source != target, !target.isBeneath(source) else {
            throw FileFailure.conflict(target, "is the same as what it is made from, or lies in it")
        }
    }
}

/// A file that is being written.
package actor FileUpload {
    private nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let file: NewFile
    private let parent: Folder
    private let path: FilePath
    private let mode: Int?
    private let conditions: FileConditions
    private let tree: WorkspaceTree
    private let reservation: DiskReservation
    private var size = 0

    init(
        in parent: Folder, path: FilePath, mode: Int?, conditions: FileConditions, tree: WorkspaceTree,
        reservation: DiskReservation, on loop: EventLoop
    ) throws(FileFailure) {
        file = try tree.attempt(path) { () throws(SystemError) in try NewFile(in: parent) }
        self.parent = parent
        self.path = path
        self.mode = mode
        self.conditions = conditions
        self.tree = tree
        self.reservation = reservation
        self.loop = loop
    }

    /// Takes room for a file whose size is known before it comes.
    package func expect(_ size: Int) throws(FileFailure) {
        try reservation.grow(to: DiskReservation.cost(of: size))
    }

    package func write(_ bytes: [UInt8]) throws(FileFailure) {
        let end = size + bytes.count
        try reservation.grow(to: DiskReservation.cost(of: end))
        try tree.attempt(path) { () throws(SystemError) in try file.write(bytes[...], at: size) }
        size = end
    }

    /// Gives the file its name. The conditions are looked at again, in one step with it.
    package func finish() throws(FileFailure) -> (entry: FileEntry, isNew: Bool) {
        let replaced = try tree.checkTarget(path, in: parent, conditions)
        // A folder that was deleted meanwhile would take the file along, and nobody would know.
        let found = try tree.folder(path.parent).status
        guard found.inode == parent.status.inode else { throw FileFailure.notFound(path.parent) }
        let status = try tree.attempt(path) { () throws(SystemError) in
            try file.finish(owner: tree.owner, mode: mode ?? (replaced.map { $0.mode } ?? 0o644))
            try file.appear(as: path.name, replacing: replaced != nil)
            return try file.status()
        }
        try reservation.grow(to: DiskReservation.cost(of: size))
        reservation.keep(replacing: replaced?.freed ?? 0)
        return (FileEntry(path: path, status: status), replaced == nil)
    }
}
