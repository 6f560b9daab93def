import Foundation
import Isolation
import LinuxKernel
import Testing

@testable import Sessions

@Suite(.timeLimit(.minutes(1))) struct SessionDiskTests {
    private func write(
        _ bytes: Int, to name: String, in id: SessionID, _ fixture: SessionsFixture, by caller: Caller = .ann
    ) async throws {
        let workspace = try #require(try await fixture.directory.workspace(of: id, for: caller))
        let upload = try await workspace.files.upload(FilePath(Array(name.utf8)), workspace.allowance)
        try await upload.write([UInt8](repeating: 1, count: bytes))
        _ = try await upload.finish()
        workspace.note(FileAction(.write, try FilePath(Array(name.utf8)), bytes: bytes))
    }

    @Test func filesThatAreSentCountForTheSessionAndItsOwner() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            try await write(1 << 20, to: "a", in: id, fixture)
            #expect(fixture.quotas.usage(of: Caller.ann.owner).disk == ByteCount(1 << 20))
            #expect(try await fixture.directory.session(id, of: .ann).row.diskUsed == ByteCount(1 << 20))
            // 8 MiB are the session's, whatever its owner may have.
            await #expect(throws: FileFailure.self) { try await write(7 << 20 + 1, to: "b", in: id, fixture) }
            #expect(fixture.quotas.usage(of: Caller.ann.owner).disk == ByteCount(1 << 20))
            try await fixture.directory.end(id, by: .ann)
            #expect(fixture.quotas.usage(of: Caller.ann.owner).disk == ByteCount(0))
            let noted = fixture.audit.all.filter { $0.action == .files }
            #expect(noted.map { $0.details["path"] } == ["a"] && noted.map { $0.details["bytes"] } == ["1048576"])
        }
    }

    @Test func theQuotaOfAKeyIsForAllItsSessions() async throws {
        try await SessionsFixture.with { fixture in
            let caller = Caller.ann { $0.disk = .mebibytes(3) }
            let (first, second) = (try await fixture.create(by: caller), try await fixture.create(by: caller))
            try await write(2 << 20, to: "a", in: first, fixture, by: caller)
            await #expect(throws: FileFailure.self) {
                try await write(2 << 20, to: "a", in: second, fixture, by: caller)
            }
            try await write(1 << 20, to: "a", in: second, fixture, by: caller)
            #expect(try await refusal { try await fixture.run("true", in: second, by: caller) }?.kind == "disk_mb")
        }
    }

    @Test func aCommandThatWritesTooMuchIsEndedAndTheSessionCanBeEmptied() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let waiting = Task { try await fixture.run("hold", in: id) }
            _ = try await fixture.live("hold")
            // As a program does it: behind the server's back.
            let path = "\(fixture.path)/\(id)/big"
            try Data(count: 7 << 20).write(to: URL(filePath: path))
            await fixture.pass(.seconds(2))
            // With the workspace's own folder.
            #expect(try await fixture.directory.session(id, of: .ann).row.diskUsed == ByteCount(7 << 20 + 4096))
            try Data(count: 9 << 20).write(to: URL(filePath: path))
            await fixture.pass(.seconds(2))
            #expect(try await waiting.value.result?.outcome == .diskLimit)
            #expect(try await refusal { try await fixture.run("true", in: id) }?.kind == "conflict")
            let workspace = try #require(try await fixture.directory.workspace(of: id, for: .ann))
            _ = try await workspace.files.remove(FilePath(Array("big".utf8)), recursive: false, workspace.allowance)
            await fixture.pass(.seconds(2))
            #expect(try await fixture.run("true", in: id).result?.outcome == .ok)
        }
    }

    @Test func aCommandMayWriteNoFileLargerThanWhatIsLeft() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            try await write(5 << 20, to: "a", in: id, fixture)
            try await fixture.run("true", in: id)
            #expect(fixture.sandboxes.alive.first?.started.map(\.limits.fileSize) == [.mebibytes(3)])
        }
    }

    @Test func aProgramRunsInTheWorkspaceAndWhatItIsGivenStays() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let sandbox = try await fixture.directory.sandbox(in: id, for: .ann)
            try await sandbox.write(
                WorkspaceFile(path: try WorkspacePath("src/main.py"), contents: Array("print(1)".utf8)))
            let command = Command(executable: "/usr/bin/true", arguments: ["true"])
            let run = try await sandbox.run(command, limits: LimitPolicy.sample.standard, observer: nil)
            #expect(run.outcome == .ok)
            let files = try await sandbox.collect([try .init("**/*.py")], caps: CollectionCaps())
            #expect(files.map(\.path) == ["src/main.py"] && files.map(\.contents) == [Array("print(1)".utf8)])
            await sandbox.destroy()
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(fixture.path)/\(id)") == ["src"])
            let started = try #require(fixture.sandboxes.alive.first?.started.first)
            #expect(started.limits.wall == .seconds(10) && started.limits.cpu == .seconds(5))
        }
    }
}
