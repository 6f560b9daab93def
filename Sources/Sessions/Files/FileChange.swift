/// Something that happened to a workspace's files, whoever did it.
package struct FileChange: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case created, changed, removed
        case moved(from: FilePath)
        /// Events were lost, or came faster than they were taken: what is known of the files is to be read again.
        case rescan
        /// What happens beneath this folder is not told: there are more folders than are watched.
        case unwatched
    }

    package let kind: Kind
    /// The workspace itself for `rescan`.
    package let path: FilePath
    package let isFolder: Bool

    package init(_ kind: Kind, _ path: FilePath, isFolder: Bool) {
        self.kind = kind
        self.path = path
        self.isFolder = isFolder
    }
}

/// The changes of one workspace, as they come, until the iteration ends or its task is cancelled. For one reader.
package struct FileChanges: AsyncSequence, Sendable {
    package typealias Element = FileChange

    /// Ends the watch with the last reference.
    fileprivate final class Holder: Sendable {
        let watch: FileWatch
        init(_ watch: FileWatch) { self.watch = watch }
        deinit { Task { [watch] in await watch.stop() } }
    }

    private let holder: Holder

    init(_ watch: FileWatch) { holder = Holder(watch) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let holder: FileChanges.Holder

        package mutating func next() async -> FileChange? { await holder.watch.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(holder: holder) }
}

extension WorkspaceFiles {
    /// Begins to watch the workspace: what happens from now on is told. Bounded in folders and in memory: what is too much
    /// is told as such, and never silently left out.
    package func changes(
        maximumFolders: Int = 1024, maximumWaiting: Int = 256
    ) async throws(FileFailure) -> FileChanges {
        let watch = FileWatch(tree, maximumFolders: maximumFolders, maximumWaiting: maximumWaiting, on: loop)
        try await watch.start()
        return FileChanges(watch)
    }
}
