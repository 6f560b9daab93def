import Foundation
import LinuxKernel
import Testing

@testable import Sessions

/// Workspaces whose owner wants the server to read, write or hang where it must not; each with what is allowed.
@Suite(.timeLimit(.minutes(2))) struct HostileWorkspaceTests {
    private let scratch: ScratchWorkspace
    private let allowance = FixedAllowance(bytes: 1 << 30)

    init() throws { scratch = try ScratchWorkspace() }

    @Test func linksAreShownAndNeverFollowed() async throws {
        try scratch.run("ln -s ../outside out; ln -s ../outside/secret file; ln -s . self; ln -s /proc/self/root root")
        try scratch.run("mkdir real; printf allowed > real/secret")
        let list = try await scratch.files.list(.workspace, limit: 100)
        #expect(list.entries.compactMap(\.target).count == 4)
        for path in ["file", "out/secret", "self/real/secret", "root/etc/passwd", "out"] {
            await expectFailure(.conflict, "read \(path)") { _ = try await scratch.read(path) }
        }
        for path in ["file", "out/new", "self/new", "root/tmp/new"] {
            await expectFailure(.conflict, "write \(path)") { try await scratch.write("x", to: path) }
        }
        for path in ["out", "self", "root"] {
            await expectFailure(.conflict, "archive \(path)") { _ = try await scratch.archive(path) }
            await expectFailure(.conflict, "unpack \(path)") { try await scratch.unpack([], into: path) }
            await expectFailure(.conflict, "make in \(path)") {
                _ = try await scratch.files.makeFolder(FilePath(text: path + "/new"), allowance)
            }
            await expectFailure(.conflict, "list \(path)") { _ = try await scratch.names(path + "/x") }
        }
        await expectFailure(.conflict) {
            _ = try await scratch.files.copy(
                FilePath(text: "file"), to: FilePath(text: "x"), replacing: false, allowance)
        }
        await expectFailure(.conflict) {
            _ = try await scratch.files.move(
                FilePath(text: "real"), to: FilePath(text: "out/x"), replacing: true, allowance)
        }
        #expect(try await scratch.read("real/secret") == "allowed")
        try await scratch.write("x", to: "real/new")
        try scratch.expectOutsideUntouched()
    }

    @Test func deletingALinkLeavesWhatItLeadsTo() async throws {
        try scratch.run(
            "ln -s ../outside out; mkdir -p a/b; ln -s ../../../outside a/b/out; ln -s ../outside/secret file")
        for name in ["out", "a", "file"] {
            _ = try await scratch.files.remove(FilePath(text: name), recursive: true, allowance)
        }
        #expect(try await scratch.names() == [])
        try scratch.expectOutsideUntouched()
        try scratch.expectNothingLeft()
    }

    @Test func whatBlocksOrIsNoFileIsNotOpened() async throws {
        try scratch.run("mkfifo fifo; printf x > one; ln one two; printf x > plain")
        try scratch.run("/usr/bin/env python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'")
        if geteuid() == 0 { try scratch.run("mknod null c 1 3; mknod disk b 8 0") }
        for entry in try await scratch.files.list(.workspace, limit: 100).entries
        where entry.path.description != "plain" {
            await expectFailure(.conflict, "read \(entry.path)") { _ = try await scratch.files.open(entry.path) }
            if entry.status.kind != .file {
                await expectFailure(.conflict, "write \(entry.path)") {
                    try await scratch.write("x", to: entry.path.description)
                }
            }
        }
        #expect(try await scratch.read("plain") == "x")
        let kinds = try await scratch.files.list(.workspace, limit: 100).entries.map(\.status.kind)
        #expect(Set(kinds).isSuperset(of: [.fifo, .socket, .file]))
    }

    /// The folder that a file is written to becomes a link between the first byte and the last.
    @Test func aFolderThatIsSwappedDoesNotLeadAWriteOut() async throws {
        try scratch.run("mkdir folder")
        let upload = try await scratch.files.upload(FilePath(text: "folder/file"), allowance)
        try await upload.write([0x78])
        try scratch.run("mv folder hidden; ln -s ../outside folder")
        await expectFailure(.conflict) { _ = try await upload.finish() }
        try scratch.expectOutsideUntouched()
        #expect(try await scratch.names("hidden") == [])
        try scratch.run("rm folder; mv hidden folder")
        try await scratch.write("x", to: "folder/file")
        #expect(try await scratch.names("folder") == ["file"])
    }

    @Test func aFolderThatIsDeletedMeanwhileTakesNoFileAlong() async throws {
        try scratch.run("mkdir folder")
        let upload = try await scratch.files.upload(FilePath(text: "folder/file"), allowance)
        try scratch.run("rmdir folder; mkdir folder")
        await expectFailure(.notFound) { _ = try await upload.finish() }
    }

    /// While an archive is made, every folder becomes a link that leads out, and back, again and again.
    @Test func swappedFoldersDoNotLeadAnArchiveOut() async throws {
        try scratch.run("for i in {1..40}; do mkdir -p d$i/e; printf allowed > d$i/e/secret; done")
        let swapping = Task { [scratch] in
            _ = try scratch.run(
                """
                for round in {1..15}; do for i in {1..40}; do
                  mv d$i/e h$i; ln -s ../../outside d$i/e; rm d$i/e; mv h$i d$i/e
                done; done
                """)
        }
        for _ in 0..<30 {
            let archive = try await scratch.archive()
            try Data(archive).write(to: URL(filePath: scratch.root + "/made.tar.gz"))
            let contents = try scratch.run("tar xzOf ../made.tar.gz --wildcards '*/secret' || true")
            #expect(contents.replacing("allowed", with: "").isEmpty)
        }
        try await swapping.value
        #expect(try await scratch.read("d40/e/secret") == "allowed")
    }

    @Test func aSparseFileCostsWhatItOccupies() async throws {
        try scratch.run(
            "truncate -s 1T sparse; printf end | dd of=sparse bs=1 seek=1000000000000 conv=notrunc status=none")
        let before = allowance.bytesLeft
        let (copy, _) = try await scratch.files.copy(
            FilePath(text: "sparse"), to: FilePath(text: "copy"), replacing: false, allowance)
        #expect(copy.status.size == 1 << 40 && copy.status.allocated < 1 << 20)
        #expect(before - allowance.bytesLeft < 1 << 20)
        let file = try await scratch.files.open(FilePath(text: "copy"))
        #expect(try await scratch.files.read(file, at: 1_000_000_000_000, count: 3) == Array("end".utf8))
        #expect(try await scratch.files.read(file, at: 0, count: 4) == [0, 0, 0, 0])
        try scratch.run("printf small > small")
        try Data(try await scratch.archive()).write(to: URL(filePath: scratch.root + "/made.tar.gz"))
        #expect(
            try scratch.run("tar tzf ../made.tar.gz | sort") == ".sandmartin-left-out.txt\nsmall\n")
        #expect(try scratch.run("tar xzOf ../made.tar.gz .sandmartin-left-out.txt | wc -l") == "2\n")
    }

    @Test func depthBeyondAllPathsBreaksNothing() async throws {
        // In memory: a disk that is told of each freed block needs minutes for so many folders.
        let scratch = try ScratchWorkspace(in: "/dev/shm")
        try scratch.run(
            """
            mkdir top; touch top/file; cd top; /usr/bin/env python3 -c '
            import os
            for i in range(100000):
                os.mkdir("d"); os.chdir("d")'
            """)
        #expect(try await scratch.names("top") == ["d", "file"])
        try Data(try await scratch.archive("top")).write(to: URL(filePath: scratch.root + "/made.tar.gz"))
        #expect(
            try scratch.run("tar tzf ../made.tar.gz | grep -x -e file -e .sandmartin-left-out.txt")
                == "file\n.sandmartin-left-out.txt\n")
        await expectFailure(.conflict) {
            _ = try await scratch.files.copy(
                FilePath(text: "top"), to: FilePath(text: "x"), replacing: false, allowance)
        }
        for name in ["top", "x"] {
            #expect(try await scratch.files.remove(FilePath(text: name), recursive: true, allowance) > 1000)
        }
        #expect(try await scratch.names() == [])
        try scratch.expectNothingLeft()
    }

    /// What was opened keeps being what is read, whatever is done to its name.
    @Test func aFileThatShrinksOrIsReplacedIsReadAsFarAsItGoes() async throws {
        try await scratch.write(String(repeating: "x", count: 10000), to: "file")
        let file = try await scratch.files.open(FilePath(text: "file"))
        try scratch.run("truncate -s 10 file")
        #expect(try await scratch.files.read(file, at: 0, count: 10000).count == 10)
        try scratch.run("rm file; mkfifo file")
        #expect(try await scratch.files.read(file, at: 0, count: 10000).count == 10)
    }

    @Test func nothingStaysOpen() async throws {
        func open() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
                return target?.hasPrefix(scratch.root) == true
            }
        }
        let before = try open()
        try scratch.run("mkdir -p a/b/c; touch a/b/c/f; mkfifo a/p; ln -s / a/link")
        for path in ["a/b/c/f", "a/p", "a/link", "a/link/etc"] {
            do { _ = try await scratch.read(path) } catch is FileFailure {}
        }
        _ = try await scratch.archive()
        _ = try await scratch.files.copy(FilePath(text: "a"), to: FilePath(text: "x"), replacing: false, allowance)
        _ = try await scratch.files.remove(FilePath(text: "x"), recursive: true, allowance)
        #expect(try open() == before)
    }
}
