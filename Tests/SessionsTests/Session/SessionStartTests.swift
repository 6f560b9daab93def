import Foundation
import Isolation
import LinuxKernel
import Testing

@testable import Sessions

/// What a server finds when it starts, and what it makes of it.
@Suite(.timeLimit(.minutes(1))) struct SessionStartTests {
    /// Two servers, one after the other, with the same store and the same folder.
    private func restart(
        _ before: (SessionsFixture) async throws -> Void, between: (InMemoryStore, String) async throws -> Void,
        _ after: (SessionsFixture) async throws -> Void
    ) async throws {
        let (store, path) = (InMemoryStore(), SessionsFixture.newPath())
        try await SessionsFixture.with(store: store, path: path, before)
        try await between(store, path)
        try await SessionsFixture.with(store: store, path: path, after)
        SessionsFixture.remove(path)
    }

    @Test func sessionsTheirOwnersAndTheirFilesAreThereAgain() async throws {
        var (mine, other): (SessionID?, SessionID?)
        try await restart { fixture in
            mine = try await fixture.create { ($0.name, $0.metadata) = ("mine", ["a": "b"]) }
            try await fixture.run("cd /workspace/a", in: mine)
            other = try await fixture.run("true", by: .bob).session
            let workspace = try #require(try await fixture.directory.workspace(of: mine!, for: .ann))
            let upload = try await workspace.files.upload(FilePath(Array("file".utf8)), workspace.allowance)
            try await upload.write(Array("hello".utf8))
            _ = try await upload.finish()
        } between: { _, _ in
        } _: { fixture in
            let id = try #require(mine)
            let row = try await fixture.directory.session(id, of: .ann).row
            #expect(row.name == "mine" && row.metadata == ["a": "b"] && row.state == .hibernated && row.commands == 1)
            #expect(row.diskUsed == ByteCount(4096))
            #expect(try await fixture.run("true", in: id).workingDirectory == "/workspace/a")
            #expect(try await refusal { try await fixture.run("true", in: id, by: .bob) }?.kind == "no session")
            // The default session is still the same.
            #expect(try await fixture.run("true", by: .bob).session == other)
            #expect(fixture.quotas.usage(of: Caller.ann.owner).sessions == 1)
            #expect(fixture.quotas.usage(of: Caller.ann.owner).disk == ByteCount(4096))
            let file = try #require(try await fixture.directory.workspace(of: id, for: .ann)).files
            let entry = try await file.entry(try FilePath(Array("file".utf8)))
            #expect(entry.status.size == 5)
        }
    }

    @Test func whatWasInterruptedIsFinishedAndWhatIsLeftOverIsRemoved() async throws {
        var (ending, gone, whole): (SessionID?, SessionID?, SessionID?)
        var generator = SystemRandomNumberGenerator()
        let stranger = SessionID(using: &generator).description
        try await restart { fixture in
            ending = try await fixture.create()
            gone = try await fixture.create()
            whole = try await fixture.create()
        } between: { store, path in
            // As a crash leaves them: in the middle of an end, without a workspace, without a row.
            var row = try #require(await store.session(ending!))
            row.state = .ending
            await store.update(row, shell: false)
            try FileManager.default.removeItem(atPath: "\(path)/\(gone!)")
            for name in [stranger, "removed-abc", "lost+found"] {
                try FileManager.default.createDirectory(
                    atPath: "\(path)/\(name)/deep", withIntermediateDirectories: true)
            }
        } _: { fixture in
            #expect(try await fixture.directory.sessions(SessionQuery(), of: .ann).sessions.map(\.row.id) == [whole])
            let expected = try #require(whole)
            try await eventually { try fixture.workspaces == ["\(expected)", "lost+found"] }
            try await eventually { await fixture.store.sessions().map(\.id) == [expected] }
            #expect(fixture.quotas.usage(of: Caller.ann.owner).sessions == 1)
            for id in [ending, gone] {
                #expect(try await refusal { try await fixture.run("true", in: id) }?.kind == "no session")
            }
            // Their users are free again.
            #expect(fixture.directory.index.entry(ending!) == nil)
        }
    }

    @Test func aUserInUseIsNotGivenAgain() async throws {
        var users: Set<UInt32> = []
        try await restart { fixture in
            for _ in 0..<3 { _ = try await fixture.create() }
            users = Set(await fixture.store.sessions().map(\.user))
        } between: { _, _ in
        } _: { fixture in
            for _ in 0..<3 { _ = try await fixture.create() }
            #expect(Set(await fixture.store.sessions().map(\.user)).count == 6)
        }
        #expect(users.count == 3)
    }

    @Test func whatEndedWhileNoServerRanEnds() async throws {
        var id: SessionID?
        try await restart { fixture in
            id = try await fixture.create { $0.lifetime = .seconds(10) }
        } between: { _, _ in
        } _: { fixture in
            await fixture.pass(.seconds(11))
            #expect(try await refusal { _ = try await fixture.state(id!) }?.kind == "no session")
            try await eventually { try fixture.workspaces.isEmpty }
        }
    }

    @Test func filesThatNobodyCountedAreCountedAfterTheStart() async throws {
        var id: SessionID?
        try await restart { fixture in
            id = try await fixture.create()
        } between: { _, path in
            try Data(count: 1 << 20).write(to: URL(filePath: "\(path)/\(id!)/file"))
        } _: { fixture in
            #expect(fixture.quotas.usage(of: Caller.ann.owner).disk == ByteCount(0))
            await fixture.pass(.seconds(1))
            #expect(fixture.quotas.usage(of: Caller.ann.owner).disk == ByteCount(1 << 20 + 4096))
            let row = try await fixture.directory.session(try #require(id), of: .ann).row
            #expect(row.diskUsed == ByteCount(1 << 20 + 4096))
        }
    }
}
