import Foundation
import Glibc
import Testing

@testable import Storage

@Suite struct DataFolderTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test func itIsMadeWithThoseAboveItAndClosedToOthers() async throws {
        try await ScratchFolder.with { scratch in
            let path = "\(scratch.path)/a/b"
            let folder = try DataFolder(path: path)
            #expect(mode(path) == 0o700)
            #expect(folder.database == "\(path)/sandmartin.sqlite")
        }
    }

    @Test func oneThatWasOpenToOthersIsClosed() async throws {
        try await ScratchFolder.with { scratch in
            chmod(scratch.path, 0o755)
            _ = try DataFolder(path: scratch.path)
            #expect(mode(scratch.path) == 0o700)
        }
    }

    @Test func oneServerAtATimeHasIt() async throws {
        try await ScratchFolder.with { scratch in
            let folder = try DataFolder(path: scratch.path)
            var lock: DataFolder.Lock? = try folder.lock()
            let refusal = #expect(throws: DataFolder.Refusal.self) { try DataFolder(path: scratch.path).lock() }
            #expect(refusal?.description.contains("in use by another server") == true)
            #expect(refusal?.description.contains(scratch.path) == true)
            withExtendedLifetime(lock) {}
            lock = nil
            _ = try DataFolder(path: scratch.path).lock()
        }
    }

    @Test func oneOfSomebodyElseIsRefused() async throws {
        try #require(geteuid() == 0, "only root can make a folder of somebody else")
        try await ScratchFolder.with { scratch in
            let path = "\(scratch.path)/theirs"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            #expect(chown(path, 4242, 4242) == 0)
            let refusal = #expect(throws: DataFolder.Refusal.self) { try DataFolder(path: path) }
            #expect(refusal?.reason.contains("belongs to user 4242, and this is user 0") == true)
            #expect(chown(path, 0, 0) == 0)
            _ = try DataFolder(path: path)
        }
    }

    @Test func whatIsNoFolderOrCannotBeOneIsRefusedWithAWayOut() async throws {
        try await ScratchFolder.with { scratch in
            let file = "\(scratch.path)/file"
            try "".write(toFile: file, atomically: false, encoding: .utf8)
            #expect(throws: DataFolder.Refusal.self) { try DataFolder(path: file) }
            let refusal = #expect(throws: DataFolder.Refusal.self) { try DataFolder(path: "/proc/no/such") }
            #expect(refusal?.reason.contains("DATA_DIR") == true)
        }
    }
}
