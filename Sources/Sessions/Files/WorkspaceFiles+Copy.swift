import Glibc
import LinuxKernel

extension WorkspaceFiles {
    /// Entries of a folder that is copied.
    package static let maximumCopies = 200_000
    /// Data that is copied between two chances for others.
    private static let chunk = 4 << 20

    /// Copies a file, or a folder with what is in it. Holes stay holes, links stay links, and what is neither file, folder
    /// nor link, or a file with several names, is left out and counted. Without `replacing` nothing may be at `target`; with it a file may replace a file.
    ///
    /// A folder appears while it is copied, and stays if that fails half way.
    package func copy(
        _ source: FilePath, to target: FilePath, replacing: Bool, _ allowance: any DiskAllowance
    ) async throws(FileFailure) -> (entry: FileEntry, leftOut: Int) {
        var leftOut = 0
        let entry = try tree.entry(source)
        try Self.checkApart(source, target)
        let reservation = DiskReservation(allowance)
        let to = try tree.makeFolders(target.parent, reservation)
        reservation.keep()
        switch entry.status.kind {
        case .file:
            let file = try open(source)
            try await copy(file, to: target, in: to, replacing: replacing, allowance)
        case .directory:
            let from = try tree.folder(source)
            try reservation.add(DiskReservation.block)
            _ = try tree.attempt(target) { () throws(SystemError) in
                try to.makeFolder(target.name, owner: tree.owner, mode: entry.status.mode & 0o777 | 0o700)
            }
            reservation.keep()
            leftOut = try await copyContents(of: from, at: source, to: target, allowance)
        case .link: throw FileFailure.conflict(source, "is a link, which is not followed")
        case .fifo, .socket, .device: throw FileFailure.conflict(source, "is neither a file nor a folder")
        }
        return (try tree.entry(target), leftOut)
    }

    private func copy(
        _ source: OpenFile, to target: FilePath, in folder: Folder, replacing: Bool, _ allowance: any DiskAllowance
    ) async throws(FileFailure) {
        let reservation = DiskReservation(allowance)
        let none = FileConditions(noneMatch: .any)
        if try tree.status(target, in: folder) != nil, !replacing {
            throw FileFailure.conflict(target, "exists already")
        }
        try reservation.grow(to: DiskReservation.block)
        let file = try tree.attempt(target) { () throws(SystemError) in try NewFile(in: folder) }
        var copy = FileCopy(source, to: file)
        while true {
            let count = try tree.attempt(target) { () throws(SystemError) in try copy.next(Self.chunk) }
            guard count > 0 else { break }
            try reservation.add(count)
            guard try tree.attempt(target, { () throws(SystemError) in try copy.copy(count) }) else { break }
            if Task.isCancelled { throw FileFailure.conflict(target, "was not copied: the client is gone") }
            await Task.yield()
        }
        let replaced = try tree.checkTarget(target, in: folder, replacing ? FileConditions() : none)
        try tree.attempt(target) { () throws(SystemError) in
            try file.finish(owner: tree.owner, mode: source.status.mode)
            try file.appear(as: target.name, replacing: replaced != nil)
        }
        reservation.keep(replacing: replaced?.freed ?? 0)
    }

    private func copyContents(
        of folder: Folder, at source: FilePath, to target: FilePath, _ allowance: any DiskAllowance
    ) async throws(FileFailure) -> Int {
        var leftOut = 0
        var walk = try tree.attempt(source) { () throws(SystemError) in try TreeWalk(folder) }
        var count = 0
        while let item = try tree.attempt(source, { () throws(SystemError) in try walk.next() }) {
            count += 1
            guard count <= Self.maximumCopies else {
                throw FileFailure(.tooLarge, "More than \(Self.maximumCopies) entries are not copied at once.")
            }
            if try await !copy(item, to: target.appending(item.path), allowance) { leftOut += 1 }
            if Task.isCancelled { throw FileFailure.conflict(target, "was copied in part: the client is gone") }
            if count % Self.step == 0 { await Task.yield() }
        }
        guard walk.isComplete else {
            throw FileFailure.conflict(source, "changed while it was copied, or is too deep; a part was left out")
        }
        return leftOut
    }

    /// False if it was left out.
    private func copy(
        _ item: TreeWalk.Item, to target: FilePath, _ allowance: any DiskAllowance
    ) async throws(FileFailure) -> Bool {
        let reservation = DiskReservation(allowance)
        guard target.bytes.count <= FilePath.maximumLength else {
            throw FileFailure.conflict(target.parent, "would have too long a path in it")
        }
        let parent = try tree.parent(of: target)
        switch item.status.kind {
        case .directory:
            try reservation.add(DiskReservation.block)
            _ = try tree.attempt(target) { () throws(SystemError) in
                try parent.makeFolder(item.name, owner: tree.owner, mode: item.status.mode & 0o777 | 0o700)
            }
            reservation.keep()
        case .link:
            try reservation.add(DiskReservation.block)
            try tree.attempt(target) { () throws(SystemError) in
                guard let leadsTo = try item.folder.target(of: item.name) else { return }
                try parent.makeLink(item.name, to: leadsTo, owner: tree.owner)
            }
            reservation.keep()
        case .file:
            let file = try tree.attempt(target) { () throws(SystemError) -> OpenFile? in
                do throws(SystemError) { return try item.folder.open(item.name) } catch  where Self.isNoFile(error) {
                    return nil
                }
            }
            guard let file else { return false }
            try await copy(file, to: target, in: parent, replacing: false, allowance)
        case .fifo, .socket, .device: return false
        }
        return true
    }

    /// Whether what could not be opened is not, or not any more, a file that is used.
    static func isNoFile(_ error: SystemError) -> Bool {
        [ENOENT, EMLINK, EISDIR, ELOOP, ENXIO].contains(error.errno.code)
    }
}
