import Glibc
import LinuxKernel

/// What is done with a workspace's files in one step, on the thread that they have.
struct WorkspaceTree: Sendable {
    let directory: Directory
    let owner: FileOwner?
    let removals: SharedDescriptor

    /// Runs calls of the kernel's about `path`.
    func attempt<Value>(
        _ path: FilePath, _ body: () throws(SystemError) -> Value
    ) throws(FileFailure) -> Value {
        do throws(SystemError) { return try body() } catch { throw FileFailure(error, at: path) }
    }

    func folder(_ path: FilePath) throws(FileFailure) -> Folder {
        try attempt(path) { () throws(SystemError) in try directory.folder(path.bytes) }
    }

    /// The folder that `path` lies in. The workspace lies in none.
    func parent(of path: FilePath) throws(FileFailure) -> Folder {
        guard !path.isWorkspace else {
            throw FileFailure(.invalid(field: "path"), "The path is empty, and the workspace itself stays as it is.")
        }
        return try folder(path.parent)
    }

    /// What is at `path` itself; nil if nothing is.
    func status(_ path: FilePath, in parent: Folder) throws(FileFailure) -> FileStatus? {
        try attempt(path) { () throws(SystemError) in try parent.status(of: path.name) }
    }

    /// Throws `notFound` if nothing is there.
    func entry(_ path: FilePath) throws(FileFailure) -> FileEntry {
        if path.isWorkspace { return FileEntry(path: path, status: try folder(path).status) }
        let parent = try parent(of: path)
        guard let status = try status(path, in: parent) else { throw FileFailure.notFound(path) }
        let target = try attempt(path) { () throws(SystemError) in
            status.kind == .link ? try parent.target(of: path.name) : nil
        }
        return FileEntry(path: path, status: status, target: target)
    }

    /// Opens a folder and makes those on the way that are missing.
    func makeFolders(_ path: FilePath, _ reservation: DiskReservation) throws(FileFailure) -> Folder {
        do throws(SystemError) {
            return try directory.folder(path.bytes)
        } catch  where error.errno == .noEntry {
            return try makeEach(path, reservation)
        } catch {
            throw FileFailure(error, at: path)
        }
    }

    private func makeEach(_ path: FilePath, _ reservation: DiskReservation) throws(FileFailure) -> Folder {
        var folder = try folder(.workspace)
        var here = FilePath.workspace
        for part in path.parts {
            here = here.appending(part)
            if try status(here, in: folder) == nil {
                try reservation.add(DiskReservation.block)
                folder = try attempt(here) { () throws(SystemError) in try folder.makeFolder(part, owner: owner) }
            } else {
                folder = try attempt(here) { () throws(SystemError) in try folder.folder(part) }
            }
        }
        return folder
    }

    /// Whether `path` may be made or replaced by a file; answers what is replaced.
    func checkTarget(
        _ path: FilePath, in parent: Folder, _ conditions: FileConditions
    ) throws(FileFailure) -> FileStatus? {
        let status = try status(path, in: parent)
        guard conditions.allow(status.map(EntityTag.init)) else { throw FileFailure.changed(path) }
        switch status?.kind {
        case nil, .file: return status
        case .directory: throw FileFailure.conflict(path, "is a folder")
        case .link: throw FileFailure.conflict(path, "is a link, which is not written through; delete it first")
        case .fifo, .socket, .device: throw FileFailure.conflict(path, "is no file; delete it first")
        }
    }
}

extension FileStatus {
    /// Bytes that are free when this name is gone.
    var freed: Int { kind == .file && names > 1 ? 0 : max(DiskReservation.block, allocated) }
}
