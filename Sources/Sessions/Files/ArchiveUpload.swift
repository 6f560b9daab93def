import Isolation
import LinuxKernel

/// A tar.gz that is unpacked while it comes. Memory stays the same whatever the archive says.
///
/// Every entry is judged before anything is done: relative, without `..`, a file, a folder, or a link that stays inside;
/// permissions without set-user-id and its kin. The first that is not ends it, and what came before stays. Files replace
/// files; nothing is written through a link that is there already.
package actor ArchiveUpload {
    package struct Summary: Hashable, Sendable {
        package var files = 0
        package var folders = 0
        package var links = 0
        /// Of all files.
        package var bytes = 0
    }

    private nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let tree: WorkspaceTree
    private let top: FilePath
    private let limits: ArchiveLimits
    private let allowance: any DiskAllowance
    private let gzip: GzipDecompressor
    private var tar = TarReader()
    private var file: Unpacked?
    private var entries = 0
    private var summary = Summary()

    private struct Unpacked {
        let file: NewFile
        let path: FilePath
        let parent: Folder
        let reservation: DiskReservation
        let mode: Int
        let modified: Int
        var size = 0
    }

    private static let chunk = 256 << 10

    init(
        _ tree: WorkspaceTree, into top: FilePath, limits: ArchiveLimits, _ allowance: any DiskAllowance,
        on loop: EventLoop
    ) throws(FileFailure) {
        do throws(GzipFailure) {
            gzip = try GzipDecompressor()
        } catch {
            throw FileFailure(.busy, "The server has no memory for an archive now; try again later.")
        }
        self.tree = tree
        self.top = top
        self.limits = limits
        self.allowance = allowance
        self.loop = loop
    }

    package func write(_ bytes: [UInt8]) async throws(FileFailure) {
        var input = bytes[...]
        while true {
            let output: [UInt8]
            do throws(GzipFailure) {
                output = try gzip.decompress(&input, limit: Self.chunk)
            } catch {
                throw Self.malformed("is not gzip, or damaged")
            }
            guard gzip.produced <= limits.freeBytes + gzip.consumed * limits.ratio else {
                throw FileFailure(
                    .tooLarge, "The archive unpacks to more than \(limits.ratio) times its size.")
            }
            try unpack(output)
            if input.isEmpty && output.isEmpty { return }
            await Task.yield()
        }
    }

    /// To be called when all of the archive has come.
    package func finish() throws(FileFailure) -> Summary {
        guard gzip.consumed > 0, !gzip.isInside, tar.isOver, file == nil else { throw Self.malformed("ends too early") }
        return summary
    }

    private func unpack(_ bytes: [UInt8]) throws(FileFailure) {
        var input = bytes[...]
        while true {
            let event: TarReader.Event?
            do throws(TarReader.Malformed) {
                event = try tar.next(&input)
            } catch {
                throw Self.malformed(error.reason)
            }
            switch event {
            case nil: return
            case .entry(let entry): try begin(entry)
            case .data(let data): try write(data)
            case .end: try endFile()
            }
        }
    }

    // MARK: Entries

    private func begin(_ entry: TarEntry) throws(FileFailure) {
        entries += 1
        guard entries <= limits.entries else {
            throw FileFailure(.tooLarge, "The archive has more than \(limits.entries) entries.")
        }
        let path = try path(of: entry)
        // What tar writes for the folder itself.
        if path == top, entry.kind == .folder { return }
        switch entry.kind {
        case .folder: try makeFolder(path, entry)
        case .link(let target): try makeLink(path, target, entry)
        case .file(let size): try beginFile(path, size, entry)
        case .other(let flag): throw Self.malformed("has \(Self.name(of: flag)) at \(FileFailure.shown(path))")
        }
    }

    private func path(of entry: TarEntry) throws(FileFailure) -> FilePath {
        var bytes = entry.path[...]
        while bytes.starts(with: [0x2E, 0x2F]) { bytes = bytes.dropFirst(2) }
        if bytes.last == 0x2F { bytes = bytes.dropLast() }
        if bytes == [0x2E] { bytes = [] }
        do throws(WorkspacePath.Invalid) {
            let inside = try FilePath(Array(bytes))
            return try FilePath(top.appending(inside.bytes).bytes)
        } catch {
            throw Self.malformed(
                "has an entry “\(FilePath.text(of: Array(entry.path.prefix(256))))” that \(error.reason)")
        }
    }

    private func makeFolder(_ path: FilePath, _ entry: TarEntry) throws(FileFailure) {
        let reservation = DiskReservation(allowance)
        let folder = try tree.makeFolders(path.parent, reservation)
        if let status = try tree.status(path, in: folder) {
            guard status.kind == .directory else { throw FileFailure.conflict(path, "exists and is no folder") }
        } else {
            try reservation.add(DiskReservation.block)
            _ = try tree.attempt(path) { () throws(SystemError) in
                // Always open to its owner, so that what is in it can follow.
                try folder.makeFolder(path.name, owner: tree.owner, mode: entry.mode & 0o777 | 0o700)
            }
        }
        reservation.keep()
        summary.folders += 1
    }

    private func makeLink(_ path: FilePath, _ target: [UInt8], _ entry: TarEntry) throws(FileFailure) {
        let inside = Array(path.bytes.dropFirst(top.isWorkspace ? 0 : top.bytes.count + 1))
        guard TarLink.staysInside(target, at: inside) else {
            throw Self.malformed("has a link \(FileFailure.shown(path)) that leads out of it")
        }
        let reservation = DiskReservation(allowance)
        let folder = try tree.makeFolders(path.parent, reservation)
        try reservation.add(DiskReservation.block)
        let old = try tree.status(path, in: folder)
        try tree.attempt(path) { () throws(SystemError) in
            if old?.kind == .file || old?.kind == .link { try folder.unlink(path.name) }
            try folder.makeLink(path.name, to: target, owner: tree.owner)
        }
        reservation.keep(replacing: old?.freed ?? 0)
        summary.links += 1
    }

    // MARK: Files

    private func beginFile(_ path: FilePath, _ size: Int, _ entry: TarEntry) throws(FileFailure) {
        let reservation = DiskReservation(allowance)
        let parent = try tree.makeFolders(path.parent, reservation)
        reservation.keep()
        _ = try tree.checkTarget(path, in: parent, FileConditions())
        try reservation.grow(to: DiskReservation.cost(of: size))
        let made = try tree.attempt(path) { () throws(SystemError) in try NewFile(in: parent) }
        file = Unpacked(
            file: made, path: path, parent: parent, reservation: reservation, mode: entry.mode & 0o777,
            modified: entry.modified)
    }

    private func write(_ data: ArraySlice<UInt8>) throws(FileFailure) {
        guard let open = file else { return }
        try tree.attempt(open.path) { () throws(SystemError) in try open.file.write(data, at: open.size) }
        file?.size += data.count
    }

    private func endFile() throws(FileFailure) {
        guard let open = file else { return }
        file = nil
        let replaced = try tree.checkTarget(open.path, in: open.parent, FileConditions())
        try tree.attempt(open.path) { () throws(SystemError) in
            try open.file.finish(owner: tree.owner, mode: open.mode, modified: open.modified)
            try open.file.appear(as: open.path.name, replacing: replaced != nil)
        }
        open.reservation.keep(replacing: replaced?.freed ?? 0)
        summary.files += 1
        summary.bytes += open.size
    }

    // MARK: Words

    private static func malformed(_ what: String) -> FileFailure {
        FileFailure(.invalid(field: "body"), "The archive \(what). What came before is unpacked.")
    }

    private static func name(of flag: UInt8) -> String {
        switch flag {
        case UInt8(ascii: "1"): "a hard link"
        case UInt8(ascii: "3"), UInt8(ascii: "4"): "a device"
        case UInt8(ascii: "6"): "a FIFO"
        case UInt8(ascii: "S"): "a sparse file (make the archive without --sparse)"
        default: "an entry of an unknown kind"
        }
    }
}

extension WorkspaceFiles {
    /// Begins to unpack an archive into the folder at `path`, which is made if it is missing.
    package func unpack(
        into path: FilePath, limits: ArchiveLimits = ArchiveLimits(), _ allowance: any DiskAllowance
    ) throws(FileFailure) -> ArchiveUpload {
        let reservation = DiskReservation(allowance)
        _ = try tree.makeFolders(path, reservation)
        reservation.keep()
        return try ArchiveUpload(tree, into: path, limits: limits, allowance, on: loop)
    }
}
