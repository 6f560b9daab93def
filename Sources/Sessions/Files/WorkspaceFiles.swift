import Glibc
import Isolation
package import LinuxKernel

// Theory of operation
//
// A workspace belongs to programs that nobody trusts, and while the server works in it they are at work too. So:
//
//     where    Everything is reached from the workspace's own descriptor by openat2, which neither leaves it nor follows a
//              link; then names of one part are used in the folder that was reached. No path of the host is ever used.
//     what     Only regular files with one name are opened, and the descriptor decides whether it is one. What blocks when
//              it is opened (FIFOs, devices) is not opened.
//     whole    A file that is written has no name until it is complete; then it has it at once. What is deleted is moved out
//              of the workspace at once, and taken apart where no program reaches it.
//     whose    What is made belongs to the session's own user from its first moment under its name.
//     bounds   Every step is bounded: a page of a list, a chunk of a file, so many entries of a tree. Between steps others
//              have their turn on the thread.
//     disk     Nothing waits for the disk (no fsync): an answer means that the file is whole for everybody from now on,
//              and that no death of the server undoes it. A power failure may, as it may with what programs write.

/// The files of one session's workspace, whether its sandbox is awake or not.
package actor WorkspaceFiles {
    nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    nonisolated let tree: WorkspaceTree

    /// Entries of trees that are used between two chances for others.
    static let step = 500
    /// Entries in one page of a list.
    package static let maximumPage = 1000

    init(_ tree: WorkspaceTree, on loop: EventLoop) {
        self.tree = tree
        self.loop = loop
    }

    /// What is at `path` itself: a link is a link.
    package func entry(_ path: FilePath) throws(FileFailure) -> FileEntry { try tree.entry(path) }

    /// What is at `path` and, if that is a folder, what is in it: at most `limit` entries after `cursor`.
    ///
    /// A cursor is good as long as the folder is; what comes and goes meanwhile may be there or not, but nothing else is
    /// missed or told twice.
    package func list(_ path: FilePath, limit: Int, after cursor: String? = nil) throws(FileFailure) -> FileList {
        let subject = try tree.entry(path)
        guard subject.status.kind == .directory else { return FileList(subject: subject, entries: [], next: nil) }
        let folder = try tree.folder(path)
        let position = try Self.position(cursor, in: folder)
        let page: (entries: [Folder.Entry], next: Int?)
        do throws(SystemError) {
            page = try folder.entries(from: position, limit: min(max(1, limit), Self.maximumPage))
        } catch  where error.errno.code == EINVAL && position > 0 {
            throw Self.unknownCursor
        } catch {
            throw FileFailure(error, at: path)
        }
        var entries = page.entries.map {
            FileEntry(path: path.appending($0.name), status: $0.status, target: $0.target)
        }
        if position == 0 && page.next == nil {
            entries.sort { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
        }
        let next = page.next.map { "\(String(folder.status.inode, radix: 36)).\(String($0, radix: 36))" }
        return FileList(subject: FileEntry(path: path, status: folder.status), entries: entries, next: next)
    }

    private static let unknownCursor = FileFailure(
        .invalid(field: "cursor"), "cursor must be what an earlier answer gave as next_cursor.")

    private static func position(_ cursor: String?, in folder: Folder) throws(FileFailure) -> Int {
        guard let cursor else { return 0 }
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let inode = UInt64(parts[0], radix: 36), let position = Int(parts[1], radix: 36),
            position >= 0
        else {
            throw unknownCursor
        }
        guard inode == folder.status.inode else {
            throw FileFailure(
                .conflict, "The folder is another one than the cursor belongs to; list it from the start.")
        }
        return position
    }

    // MARK: Reading

    /// Opens a file for reading. Throws `conflict` for what is no regular file with one name.
    package func open(_ path: FilePath) throws(FileFailure) -> OpenFile {
        guard !path.isWorkspace else { throw FileFailure.conflict(path, "is a folder") }
        let parent = try tree.parent(of: path)
        return try tree.attempt(path) { () throws(SystemError) in try parent.open(path.name) }
    }

    /// Regular files that match, each cut at the cap for one file, as many as the caps allow.
    func collect(_ patterns: [GlobPattern], caps: CollectionCaps) throws(SandboxFailure) -> [CollectedFile] {
        let limits = Directory.WalkLimits(
            entries: caps.entries, depth: caps.depth, files: caps.files, bytes: caps.totalBytes.bytes,
            fileBytes: caps.fileBytes.bytes)
        do throws(SystemError) {
            var files: [CollectedFile] = []
            for match in try tree.directory.matches(patterns, limits).files {
                let path = FilePath(unchecked: match.path)
                let file: OpenFile
                do throws(SystemError) {
                    file = try tree.directory.folder(path.parent.bytes).open(path.name)
                } catch {
                    // Gone again, or not a file any more.
                    continue
                }
                let contents = try file.read(at: 0, count: min(file.status.size, caps.fileBytes.bytes))
                files.append(
                    CollectedFile(
                        path: String(decoding: match.path, as: UTF8.self), contents: contents,
                        size: ByteCount(file.status.size)))
            }
            return files
        } catch {
            throw .system(error)
        }
    }

    /// Up to `count` bytes; fewer only if the file has ended.
    package func read(_ file: OpenFile, at offset: Int, count: Int) throws(FileFailure) -> [UInt8] {
        do throws(SystemError) {
            return try file.read(at: offset, count: count)
        } catch {
            throw FileFailure(.system(error), "The server failed to read the file.")
        }
    }
}
