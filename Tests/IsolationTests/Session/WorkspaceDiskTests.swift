import CLinux
import Foundation
import Glibc
import Isolation
import LinuxKernel
import Testing

/// Workspaces on disk, with what hostile sessions leave in them.
@Suite(.serialized) struct WorkspaceDiskTests {
    private func withDisk(_ body: (WorkspaceDisk, String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/sandmartin-test-\(UInt64.random(in: 0 ... .max))"
        try SystemError.check(linux_mkdirat(AT_FDCWD, path, 0o755), "mkdir", path)
        let disk = try WorkspaceDisk(path: path)
        do {
            try await body(disk, path)
        } catch {
            disk.stop()
            throw error
        }
        disk.stop()
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func aWorkspaceIsMadeCountedAndRemoved() async throws {
        let identity = HostIdentity(user: 310_005, group: 310_005)
        try await withDisk { disk, path in
            let workspace = try await disk.make("session", for: identity)
            await #expect(throws: SystemError.self) { try await disk.make("session", for: identity) }
            var status = stat()
            try #require(lstat(path + "/session", &status) == 0 && lstat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
            try await withEngine(unlike: .ownUser) { engine in
                let specification = SessionSpecification(
                    workspace: workspace, identity: identity, limits: standardSessionLimits)
                let sandbox = try await engine.sandbox(for: specification)
                let script = """
                    head -c 3M /dev/zero > zeros; truncate -s 1T sparse; ln zeros again; mkfifo fifo; ln -s / root
                    mkdir -p shut/deep/er; touch shut/deep/er/$'\\xff\\n'; chmod 000 shut/deep shut .
                    """
                let result = try await sandbox.shell(script)
                #expect(result.run.outcome == .ok, "\(result.text)")
                let usage = try await disk.usage(of: workspace)
                #expect(usage.entries == 9 && usage.isComplete && usage.bytes.mebibytes == 3)
                await sandbox.destroy()
            }
            #expect(try await disk.names() == ["session"])
            try await disk.remove("session")
            #expect(try await disk.names() == [])
            await #expect(throws: SystemError.self) { try await disk.remove("session") }
            #expect(try await disk.names() == [])
        }
    }

    @Test func namesThatLeadElsewhereAreRefused() async throws {
        try await withDisk { disk, path in
            let outside = try SessionFolder()
            try #require(symlink(outside.path, path + "/link") == 0)
            for name in ["", ".", "..", "a/b", "../x", "a\0b", "link"] {
                await #expect(throws: SystemError.self, "\(name)") { try await disk.open(name) }
            }
            for name in ["", ".", "..", "a/b", "../x", "a\0b"] {
                await #expect(throws: SystemError.self, "\(name)") { try await disk.remove(name) }
            }
            try await disk.remove("link")
            #expect(FileManager.default.fileExists(atPath: outside.path))
        }
    }

    @Test func othersAreServedWhileMuchIsRemoved() async throws {
        try await withDisk { disk, path in
            let identity = HostIdentity(user: 310_005, group: 310_005)
            _ = try await disk.make("large", for: identity)
            for folder in 0..<200 {
                try SystemError.check(linux_mkdirat(AT_FDCWD, "\(path)/large/\(folder)", 0o755), "mkdir", "")
                for file in 0..<50 { _ = creat("\(path)/large/\(folder)/\(file)", 0o644).closed }
            }
            let removal = Task { try await disk.remove("large") }
            var others = 0
            while try await disk.names().contains(where: { $0 != "large" }) || others == 0 {
                _ = try await disk.make("other", for: identity)
                try await disk.remove("other")
                others += 1
            }
            try await removal.value
            #expect(others > 3)
            #expect(try await disk.names() == [])
        }
    }
}

extension Int32 {
    fileprivate var closed: Bool { close(self) == 0 }
}
