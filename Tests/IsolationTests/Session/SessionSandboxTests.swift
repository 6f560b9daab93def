import Foundation
import Glibc
import Isolation
import LinuxKernel
import Testing

/// A sandbox over a workspace on disk.
@Suite(.serialized) struct SessionSandboxTests {
    @Test func filesOutliveTheSandboxAndBelongToTheSession() async throws {
        let folder = try SessionFolder()
        try await withEngine(unlike: .ownUser) { engine in
            try await withSession(on: engine, folder) { sandbox async throws in
                let result = try await sandbox.shell("echo kept > file; mkdir folder; stat -c '%u %g' . file; id -u")
                #expect(result.text == "1000 1000\n1000 1000\n1000\n")
                #expect(result.run.outcome == .ok, "\(result.run)")
            }
            var status = stat()
            try #require(lstat(folder.path + "/file", &status) == 0)
            #expect(status.st_uid == folder.identity.user && status.st_gid == folder.identity.group)
            try await withSession(on: engine, folder) { sandbox async throws in
                #expect(try await sandbox.shell("cat file; rmdir folder; ls").text == "kept\nfile\n")
            }
        }
    }

    @Test func scratchEndsWithTheSandbox() async throws {
        let folder = try SessionFolder()
        try await withEngine(unlike: .ownRoot) { engine in
            for _ in 1...2 {
                try await withSession(on: engine, folder) { sandbox async throws in
                    let result = try await sandbox.shell("ls -A /tmp /dev/shm; touch /tmp/a /dev/shm/b")
                    #expect(result.text == "/dev/shm:\n\n/tmp:\n")
                }
            }
        }
    }

    @Test func scratchIsBounded() async throws {
        try await withSession(unlike: .ownRoot) { sandbox in
            let result = try await sandbox.shell("head -c 40M /dev/zero > /tmp/file")
            #expect(result.run.outcome == .diskLimit && result.run.exitCode == 1)
            #expect(try await sandbox.shell("rm /tmp/file; head -c 20M /dev/zero > /tmp/file").run.outcome == .ok)
            #expect(try await sandbox.usage().scratch.mebibytes == 20)
        }
    }

    @Test func theWorkspaceCarriesNoPrivilege() async throws {
        try await withSession(unlike: .ownProc, .ownRoot) { sandbox in
            let mounts = try await sandbox.shell("grep ' /workspace ' /proc/self/mountinfo").text
            // The scratch file system and what is over it.
            let workspace = try #require(mounts.split(separator: "\n").last)
            let options = try #require(workspace.split(separator: " ").dropFirst(5).first).split(separator: ",")
            #expect(options.contains("nosuid") && options.contains("nodev"), "\(mounts)")
            #expect(try await sandbox.shell("cp /bin/true . && ./true && echo runs").text == "runs\n")
        }
    }

    @Test func aWorkspaceOfSomebodyElseIsRefused() async throws {
        let folder = try SessionFolder()
        try await withEngine { engine in
            for user in [UInt32(0), 310_002] {
                var specification = try folder.specification(on: engine)
                specification.identity = HostIdentity(user: user, group: user)
                await #expect(throws: SandboxFailure.self) { try await engine.sandbox(for: specification) }
            }
            try await withSession(on: engine, folder) { sandbox async throws in
                #expect(try await sandbox.shell("echo fine").text == "fine\n")
            }
        }
    }

    @Test func twoSessionsAreStrangersOnDiskToo() async throws {
        let (first, second) = (try SessionFolder(user: 310_001), try SessionFolder(user: 310_002))
        try await withEngine(unlike: .ownProc, .ownRoot) { engine in
            try await withSession(on: engine, first) { mine in
                try await withSession(on: engine, second) { theirs in
                    #expect(try await theirs.shell("umask 0; echo secret > open; ln open other").run.outcome == .ok)
                    let result = try await mine.shell(
                        "ls -A; cat open; cat /proc/1/root/workspace/open; ls /workspace/..")
                    #expect(!result.text.contains("secret"))
                    #expect(try await theirs.shell("cat open").text == "secret\n")
                }
            }
            let opened = open(second.path + "/open", O_RDONLY)
            #expect(opened >= 0)
            close(opened)
        }
    }

    @Test func blanksBecomeSessions() async throws {
        try await withEngine(configure: { $0.sessionPoolSize = 2 }) { engine in
            for round in 1...6 {
                try await withSession(on: engine) { sandbox async throws in
                    #expect(try await sandbox.shell("echo \(round)").text == "\(round)\n")
                }
            }
        }
    }
}
