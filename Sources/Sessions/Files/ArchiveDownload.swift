import LinuxKernel

/// A folder as a tar.gz, made while it is read. Memory stays the same whatever the folder holds.
///
/// In it are files, folders, and links that stay inside; permissions without set-user-id and its kin; nobody's name as the
/// owner. Left out, and told in a last file if anything was, are links that lead out, files with several names, FIFOs,
/// sockets, devices, and what vanished meanwhile.
package actor ArchiveDownload {
    private nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let limits: ArchiveLimits
    private let gzip: GzipCompressor
    private var walk: TreeWalk
    private var state = State.between
    private var entries = 0
    /// The first ones that were left out, and why.
    private var leftOut: [String] = []
    /// How many were left out.
    package private(set) var leftOutCount = 0

    /// The last file of an archive that is not complete.
    package static let listName = ".sandmartin-left-out.txt"
    private static let listed = 1000
    private static let chunk = 256 << 10

    private enum State {
        case between
        case file(OpenFile, offset: Int, size: Int)
        case over
    }

    init(_ folder: Folder, limits: ArchiveLimits, on loop: EventLoop) throws(FileFailure) {
        do {
            walk = try TreeWalk(folder)
            gzip = try GzipCompressor(level: 3)
        } catch let error as SystemError {
            throw FileFailure(error, at: .workspace)
        } catch {
            throw FileFailure(.busy, "The server has no memory for an archive now; try again later.")
        }
        self.limits = limits
        self.loop = loop
    }

    /// The next bytes of the archive, never none; nil at its end.
    package func next() async throws(FileFailure) -> [UInt8]? {
        var output: [UInt8] = []
        while output.isEmpty {
            if case .over = state { return nil }
            do throws(SystemError) {
                output = gzip.compress(try take(), isLast: isOver)
            } catch {
                throw FileFailure(.system(error), "The server failed to read the folder.")
            }
            await Task.yield()
        }
        return output
    }

    private var isOver: Bool { if case .over = state { true } else { false } }

    /// Up to about a chunk of the archive before it is compressed.
    private func take() throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var steps = 0
        while bytes.count < Self.chunk, steps < WorkspaceFiles.step {
            steps += 1
            switch state {
            case .over: return bytes
            case .file(let file, let offset, let size): bytes += try takeData(file, offset, size)
            case .between:
                guard entries < limits.entries, let item = try walk.next() else {
                    if entries >= limits.entries { leaveOut([], "the entries after the first \(limits.entries)") }
                    bytes += end()
                    return bytes
                }
                entries += 1
                bytes += try begin(item)
            }
        }
        return bytes
    }

    private func takeData(_ file: OpenFile, _ offset: Int, _ size: Int) throws(SystemError) -> [UInt8] {
        guard offset < size else {
            state = .between
            return TarWriter.padding(after: size)
        }
        let wanted = min(Self.chunk, size - offset)
        var bytes = try file.read(at: offset, count: wanted)
        // A file that became shorter: the header has promised more.
        if bytes.count < wanted { bytes += [UInt8](repeating: 0, count: wanted - bytes.count) }
        state = .file(file, offset: offset + wanted, size: size)
        return bytes
    }

    /// The header of an entry, or nothing if it is left out.
    private func begin(_ item: TreeWalk.Item) throws(SystemError) -> [UInt8] {
        switch item.status.kind {
        case .directory: return TarWriter.header(entry(item, .folder))
        case .link:
            guard let target = try item.folder.target(of: item.name), TarLink.staysInside(target, at: item.path) else {
                return leaveOut(item.path, "a link that leads out")
            }
            return TarWriter.header(entry(item, .link(target: target)))
        case .file:
            guard item.status.size <= limits.fileBytes else { return leaveOut(item.path, "too large") }
            do throws(SystemError) {
                let file = try item.folder.open(item.name)
                state = .file(file, offset: 0, size: min(file.status.size, limits.fileBytes))
                let kind = TarEntry.Kind.file(size: min(file.status.size, limits.fileBytes))
                return TarWriter.header(entry(item, kind))
            } catch  where WorkspaceFiles.isNoFile(error) {
                return leaveOut(item.path, item.status.names > 1 ? "a file with several names" : "no longer there")
            }
        case .fifo, .socket, .device: return leaveOut(item.path, "a \(item.status.kind.rawValue)")
        }
    }

    private func entry(_ item: TreeWalk.Item, _ kind: TarEntry.Kind) -> TarEntry {
        TarEntry(
            path: item.path, kind: kind, mode: item.status.mode & 0o777, modified: item.status.modified.seconds)
    }

    @discardableResult
    private func leaveOut(_ path: [UInt8], _ reason: String) -> [UInt8] {
        leftOutCount += 1
        if leftOut.count < Self.listed { leftOut.append("\(FilePath.text(of: path)): \(reason)\n") }
        return []
    }

    private func end() -> [UInt8] {
        state = .over
        if !walk.isComplete { leaveOut([], "folders that changed meanwhile, or whose path is too long") }
        guard leftOutCount > 0 else { return TarWriter.end }
        if leftOutCount > leftOut.count { leftOut.append("and \(leftOutCount - leftOut.count) more\n") }
        let text = Array(leftOut.joined().utf8)
        let entry = TarEntry(
            path: Array(Self.listName.utf8), kind: .file(size: text.count), mode: 0o644, modified: 0)
        return TarWriter.header(entry) + text + TarWriter.padding(after: text.count) + TarWriter.end
    }
}

extension WorkspaceFiles {
    /// Begins an archive of what is in the folder at `path`, with paths from there.
    package func archive(
        _ path: FilePath, limits: ArchiveLimits = ArchiveLimits()
    ) throws(FileFailure) -> ArchiveDownload {
        try ArchiveDownload(try tree.folder(path), limits: limits, on: loop)
    }
}
