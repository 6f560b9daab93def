import Testing

@testable import Sessions

@Suite(.timeLimit(.minutes(1))) struct FileChangesTests {
    private let scratch: ScratchWorkspace

    init() throws { scratch = try ScratchWorkspace() }

    /// Reads up to and with the first change that is looked for.
    private func read(
        _ changes: inout FileChanges.AsyncIterator, until isLast: (FileChange) -> Bool
    ) async -> [FileChange] {
        var seen: [FileChange] = []
        while let change = await changes.next() {
            seen.append(change)
            if isLast(change) { break }
        }
        return seen
    }

    private func change(_ kind: FileChange.Kind, _ path: String, isFolder: Bool = false) throws -> FileChange {
        FileChange(kind, try FilePath(text: path), isFolder: isFolder)
    }

    @Test func whatHappensToFilesIsTold() async throws {
        try scratch.run("mkdir -p old/deep")
        var changes = try await scratch.files.changes().makeAsyncIterator()
        try scratch.run("printf x > old/deep/file; mv old/deep/file moved; rm moved; touch end")
        let end = try change(.created, "end")
        let seen = await read(&changes) { $0 == end }
        #expect(seen.contains(try change(.created, "old/deep/file")))
        #expect(seen.contains(try change(.changed, "old/deep/file")))
        #expect(seen.contains(try change(.moved(from: FilePath(text: "old/deep/file")), "moved")))
        #expect(seen.contains(try change(.removed, "moved")))
        #expect(seen.last == end)
    }

    @Test func whatAppearsInNewAndMovedFoldersIsTold() async throws {
        try scratch.run("mkdir folder")
        var changes = try await scratch.files.changes().makeAsyncIterator()
        try scratch.run("mkdir -p a/b/c; touch a/b/c/first")
        let first = try change(.created, "a/b/c/first")
        #expect(await read(&changes) { $0 == first }.last == first)
        try scratch.run("mv folder renamed; touch renamed/second")
        let second = try change(.created, "renamed/second")
        let seen = await read(&changes) { $0 == second }
        #expect(seen.contains(try change(.moved(from: FilePath(text: "folder")), "renamed", isFolder: true)))
        #expect(seen.last == second)
    }

    @Test func moreChangesThanWaitAreToldAsSuch() async throws {
        var changes = try await scratch.files.changes(maximumWaiting: 10).makeAsyncIterator()
        try scratch.run("mkdir d; touch {1..500}")
        let seen = await read(&changes) { $0.kind == .rescan }
        #expect(seen.last?.kind == .rescan && seen.count <= 11)
        // The watch has begun anew: what comes after is told, in folders too that were made meanwhile.
        let next = await isTold(after: "touch d/later", &changes) { $0.path.description == "d/later" }
        #expect(next)
    }

    /// Does something until it is told, because a watch that begins anew sees what is there without telling it.
    private func isTold(
        after script: String, _ changes: inout FileChanges.AsyncIterator, _ isWanted: (FileChange) -> Bool
    ) async -> Bool {
        let working = Task { [scratch] in
            while !Task.isCancelled {
                try scratch.run("rm -f d/later; " + script)
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        defer { working.cancel() }
        return await read(&changes, until: isWanted).last.map(isWanted) ?? false
    }

    @Test func foldersAboveTheBoundAreToldAsUnwatched() async throws {
        try scratch.run("mkdir -p {1..30}")
        var changes = try await scratch.files.changes(maximumFolders: 10).makeAsyncIterator()
        var unwatched = 0
        while unwatched < 21, let change = await changes.next() { unwatched += change.kind == .unwatched ? 1 : 0 }
        #expect(unwatched == 21)
        try scratch.run("touch file")
        let file = try change(.created, "file")
        #expect(await read(&changes) { $0 == file }.last == file)
    }

    @Test func whatLinksLeadToIsNotWatched() async throws {
        try scratch.run("ln -s ../outside out; mkdir in")
        var changes = try await scratch.files.changes().makeAsyncIterator()
        try scratch.run("touch ../outside/new; touch in/new; rm ../outside/new")
        let inside = try change(.created, "in/new")
        #expect(await read(&changes) { $0 == inside } == [inside])
    }

    @Test func theWatchEndsWithItsTask() async throws {
        let changes = try await scratch.files.changes()
        let reading = Task {
            var count = 0
            for await _ in changes { count += 1 }
            return count
        }
        reading.cancel()
        #expect(await reading.value == 0)
    }
}
