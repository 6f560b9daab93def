import Glibc
import LinuxKernel

/// Watches a workspace for one reader. Lives on the workspace's thread.
///
/// When more changes wait than may, they are forgotten and nothing is read until the reader comes: then it is told to look
/// again, and the watch begins anew. So a program that makes changes as fast as it can costs no memory and little time.
actor FileWatch {
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let tree: WorkspaceTree
    private let maximumFolders: Int
    private let maximumWaiting: Int

    private var inotify: Inotify?
    private var tag: UInt64?
    private var folders = WatchedFolders()
    /// Folders whose contents have not been looked at, and whether what is found is told.
    private var unseen: [(number: Int32, isTold: Bool)] = []
    private var isLooking = false
    private var waiting: [FileChange] = []
    private var isLost = false
    private var isStopped = false
    private var reader: CheckedContinuation<FileChange?, Never>?

    /// Entries of one folder that are looked at for folders in it.
    private static let maximumEntries = 50_000

    init(_ tree: WorkspaceTree, maximumFolders: Int, maximumWaiting: Int, on loop: EventLoop) {
        self.tree = tree
        self.maximumFolders = maximumFolders
        self.maximumWaiting = maximumWaiting
        self.loop = loop
    }

    // MARK: Life

    /// Returns when what is there now is watched.
    func start() async throws(FileFailure) {
        try begin()
        await look()
    }

    private func begin() throws(FileFailure) {
        do throws(SystemError) {
            let inotify = try Inotify()
            self.inotify = inotify
            folders = WatchedFolders()
            unseen = []
            let top = try inotify.watch(try tree.directory.folder([]))
            folders.set(top, in: nil, as: [])
            unseen = [(top, false)]
            tag = try loop.watch(inotify.descriptor.number, .readable) { [self] _ in read() }
        } catch  where error.errno.code == EMFILE || error.errno.code == ENOSPC {
            throw FileFailure(.busy, "As many sessions are watched as can be at once; try again later.")
        } catch {
            throw FileFailure(error, at: .workspace)
        }
    }

    func stop() {
        isStopped = true
        pause()
        inotify = nil
        waiting = []
        reader?.resume(returning: nil)
        reader = nil
    }

    private func pause() {
        if let tag { loop.unwatch(tag) }
        tag = nil
    }

    // MARK: The reader

    /// The next change; nil when the watch or the calling task has ended.
    func next() async -> FileChange? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let change = take() {
                    continuation.resume(returning: change)
                } else if isStopped || Task.isCancelled {
                    continuation.resume(returning: nil)
                } else {
                    reader?.resume(returning: nil)
                    reader = continuation
                }
            }
        } onCancel: {
            Task { await stop() }
        }
    }

    private func take() -> FileChange? {
        if isStopped { return nil }
        if !waiting.isEmpty { return waiting.removeFirst() }
        guard isLost else { return nil }
        isLost = false
        pause()
        inotify = nil
        do throws(FileFailure) {
            try begin()
            Task { await look() }
        } catch {
            // Nothing can be watched any more: the reader is told to look once, and then that it is over.
            isStopped = true
        }
        return FileChange(.rescan, .workspace, isFolder: true)
    }

    private func tell(_ kind: FileChange.Kind, _ path: FilePath, isFolder: Bool) {
        guard !isLost else { return }
        let change = FileChange(kind, path, isFolder: isFolder)
        if let reader {
            self.reader = nil
            reader.resume(returning: change)
        } else if kind == .changed, waiting.contains(change) {
            // Told already, and not yet taken.
        } else if waiting.count < maximumWaiting {
            waiting.append(change)
        } else {
            lose()
        }
    }

    /// Something was not, or will not be, told.
    private func lose() {
        waiting = []
        isLost = true
        pause()
        guard let reader, let change = take() else { return }
        self.reader = nil
        reader.resume(returning: change)
    }

    // MARK: Events

    private func read() {
        guard let inotify else { return }
        let events: [Inotify.Event]
        do throws(SystemError) {
            events = try inotify.events()
        } catch {
            return lose()
        }
        var moves: [UInt32: (path: FilePath, number: Int32?, isFolder: Bool)] = [:]
        for event in events {
            if case .overflow = event.kind { return lose() }
            guard let parent = folders.path(of: event.watch) else { continue }
            let path = parent.appending(event.name)
            switch event.kind {
            case .overflow: break
            case .watchEnded: folders.remove(event.watch)
            case .changed where event.name.isEmpty: break
            case .changed: tell(.changed, path, isFolder: event.isFolder)
            case .created: appeared(path, in: event.watch, event)
            case .removed: tell(.removed, path, isFolder: event.isFolder)
            case .movedFrom(let cookie):
                moves[cookie] = (path, folders.number(in: event.watch, named: event.name), event.isFolder)
            case .movedTo(let cookie):
                guard let move = moves.removeValue(forKey: cookie) else {
                    appeared(path, in: event.watch, event)
                    continue
                }
                if let number = move.number { folders.set(number, in: event.watch, as: event.name) }
                tell(.moved(from: move.path), path, isFolder: event.isFolder)
            }
            if isLost { return }
        }
        for move in moves.values { disappeared(move.path, move.number, isFolder: move.isFolder) }
    }

    private func appeared(_ path: FilePath, in parent: Int32, _ event: Inotify.Event) {
        tell(.created, path, isFolder: event.isFolder)
        guard event.isFolder else { return }
        watch(path, in: parent, as: event.name, isTold: true)
        if !isLooking { Task { await look() } }
    }

    /// It was moved to where nothing is watched, or the other half of its move comes too late to be one.
    private func disappeared(_ path: FilePath, _ number: Int32?, isFolder: Bool) {
        tell(.removed, path, isFolder: isFolder)
        guard let number else { return }
        for number in folders.subtree(of: number) {
            inotify?.unwatch(number)
            folders.remove(number)
        }
    }

    // MARK: Folders

    private func watch(_ path: FilePath, in parent: Int32, as name: [UInt8], isTold: Bool) {
        guard let inotify else { return }
        do throws(SystemError) {
            let folder = try tree.directory.folder(path.bytes)
            guard folders.count < maximumFolders else { return tell(.unwatched, path, isFolder: true) }
            let number = try inotify.watch(folder)
            let isNew = !folders.contains(number)
            folders.set(number, in: parent, as: name)
            if isNew { unseen.append((number, isTold)) }
        } catch  where error.errno.code == ENOSPC {
            tell(.unwatched, path, isFolder: true)
        } catch  where Directory.isAbsence(error.errno) {
            // Gone again: its end is an event of its parent's.
            return
        } catch {
            lose()
        }
    }

    /// Looks for folders in folders, a page at a time.
    private func look() async {
        guard !isLooking else { return }
        isLooking = true
        defer { isLooking = false }
        while let next = unseen.popLast() {
            var position: Int? = 0
            var seen = 0
            while let from = position, let path = folders.path(of: next.number) {
                position = lookAt(path, next.number, from, isTold: next.isTold)
                seen += WorkspaceFiles.step
                if seen >= Self.maximumEntries, position != nil {
                    tell(.unwatched, path, isFolder: true)
                    break
                }
                await Task.yield()
            }
        }
    }

    /// One page; answers where the next begins.
    private func lookAt(_ path: FilePath, _ number: Int32, _ position: Int, isTold: Bool) -> Int? {
        do throws(SystemError) {
            let folder = try tree.directory.folder(path.bytes)
            let page = try folder.entries(from: position, limit: WorkspaceFiles.step)
            for entry in page.entries {
                let isFolder = entry.status.kind == .directory
                let path = path.appending(entry.name)
                if isTold { tell(.created, path, isFolder: isFolder) }
                if isFolder { watch(path, in: number, as: entry.name, isTold: isTold) }
            }
            return page.next
        } catch {
            // Gone, or moved: an event tells.
            return nil
        }
    }
}
