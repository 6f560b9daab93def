import CLinux
import Foundation
import LinuxKernel
import Testing

/// Folders and files beneath a descriptor, as strangers leave and change them.
@Suite struct FolderTests {
    private let scratch: ScratchFolder
    private let folder: Folder

    init() throws {
        scratch = try ScratchFolder()
        folder = try Directory(scratch.descriptor()).folder([])
    }

    private func run(_ script: String) throws {
        let child = Child("/bin/bash", ["-ec", "cd \(scratch.path)\n" + script])
        try #require(child.status == 0, "\(child.errors)")
    }

    private func errno(_ body: () throws -> Void) -> Int32? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SystemError)?.errno.code
        }
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [true, false]) func onlyFoldersBeneathAreReached(usesOpenat2: Bool) throws {
        try run("mkdir -p a/b; touch a/f; ln -s b a/link; ln -s / out")
        let directory = Directory(try scratch.descriptor(), usesOpenat2: usesOpenat2)
        #expect(try directory.folder(bytes("a/b")).status.kind == .directory)
        #expect(try directory.folder([]).status.inode == folder.status.inode)
        for path in ["a/link", "out", "out/etc", "a/f", "a/f/x", "missing", "..", "a/../a", "/etc", "a//b", "a/"] {
            #expect(throws: SystemError.self, "\(path)") { try directory.folder(bytes(path)) }
        }
    }

    @Test func onlyNamesOfOnePartAreUsed() throws {
        try run("mkdir a; touch a/f f")
        for name in ["", ".", "..", "a/f", "/etc/passwd", "f\0", String(repeating: "x", count: 256)] {
            #expect(throws: SystemError.self, "\(name)") { try folder.status(of: bytes(name)) }
            #expect(throws: SystemError.self, "\(name)") { try folder.unlink(bytes(name)) }
            #expect(throws: SystemError.self, "\(name)") { try folder.makeFolder(bytes(name), owner: nil) }
            #expect(throws: SystemError.self, "\(name)") {
                try folder.rename(bytes("f"), to: folder, bytes(name), replacing: true)
            }
        }
        #expect(try folder.status(of: bytes("f"))?.kind == .file)
        #expect(try folder.status(of: bytes("g")) == nil)
    }

    @Test func onlyFilesWithOneNameOpen() throws {
        try run("printf hello > f; mkdir d; mkfifo p; ln -s f l; printf x > one; ln one two")
        #expect(try folder.open(bytes("f")).read(at: 1, count: 100) == bytes("ello"))
        #expect(errno { _ = try folder.open(bytes("d")) } == EISDIR)
        #expect(errno { _ = try folder.open(bytes("p")) } == ENXIO)
        #expect(errno { _ = try folder.open(bytes("l")) } == ELOOP)
        #expect(errno { _ = try folder.open(bytes("one")) } == EMLINK)
        #expect(errno { _ = try folder.open(bytes("x")) } == ENOENT)
    }

    @Test func aNewFileHasNoNameUntilItAppears() throws {
        do {
            let file = try NewFile(in: folder)
            try file.write(bytes("gone")[...], at: 0)
        }
        let file = try NewFile(in: folder)
        try file.write(bytes("hello")[...], at: 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
        try file.finish(owner: nil, mode: 0o6755)
        try file.appear(as: bytes("f"), replacing: false)
        #expect(try folder.status(of: bytes("f"))?.mode == 0o755)
        let second = try NewFile(in: folder)
        #expect(errno { try second.appear(as: bytes("f"), replacing: false) } == EEXIST)
        try second.appear(as: bytes("f"), replacing: true)
        #expect(try folder.status(of: bytes("f"))?.size == 0)
        try run("mkdir d")
        let third = try NewFile(in: folder)
        #expect(errno { try third.appear(as: bytes("d"), replacing: true) } == EISDIR)
        withExtendedLifetime(third) {}
    }

    @Test func nothingTemporaryStaysAfterAFailure() throws {
        try run("mkdir d")
        do {
            let file = try NewFile(in: folder)
            #expect(throws: SystemError.self) { try file.appear(as: bytes("d"), replacing: true) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["d"])
    }

    @Test func aCopyKeepsHoles() throws {
        try run("truncate -s 1G f; printf a | dd of=f bs=1 seek=500000000 conv=notrunc status=none")
        let source = try folder.open(bytes("f"))
        let target = try NewFile(in: folder)
        var copy = FileCopy(source, to: target)
        var copied = 0
        while case let count = try copy.next(1 << 20), count > 0 {
            #expect(try copy.copy(count))
            copied += count
        }
        #expect(copied < 1 << 20)
        try target.appear(as: bytes("g"), replacing: false)
        try run("cmp f g")
        #expect(try target.status().allocated < 1 << 20)
    }

    @Test func aListGoesOnWhereItStopped() throws {
        try run("touch {1..100}; ln -s target link")
        var names: [[UInt8]] = []
        var position: Int? = 0
        while let from = position {
            let page = try folder.entries(from: from, limit: 7)
            #expect(page.entries.count <= 7)
            names += page.entries.map(\.name)
            position = page.next
            #expect(page.entries.allSatisfy { ($0.target != nil) == ($0.name == bytes("link")) })
        }
        #expect(names.count == 101 && Set(names).count == 101)
    }

    @Test func aWalkSeesEachEntryOnceAndFoldersFirst() throws {
        try run("mkdir -p {1..9}/{1..9}/x; touch {1..9}/{1..9}/{a..e}; ln -s / out; ln -s .. 1/up")
        var walk = try TreeWalk(folder)
        var seen: [[UInt8]] = []
        while let item = try walk.next() { seen.append(item.path) }
        #expect(seen.count == 9 + 81 + 81 + 405 + 2 && Set(seen).count == seen.count && walk.isComplete)
        for path in seen where path.contains(0x2F) {
            let parent = Array(path[..<(path.lastIndex(of: 0x2F) ?? 0)])
            #expect((seen.firstIndex(of: parent) ?? .max) < (seen.firstIndex(of: path) ?? 0))
        }
    }

    @Test func aWalkLeavesOutWhatItIsToldTo() throws {
        try run("mkdir -p a/b c/d; touch a/f c/f")
        var walk = try TreeWalk(folder)
        var seen: Set<String> = []
        while let item = try walk.next() {
            seen.insert(String(decoding: item.path, as: UTF8.self))
            if item.name == bytes("a") { walk.skipFolder() }
        }
        #expect(seen == ["a", "c", "c/d", "c/f"])
    }

    @Test func aTreeThatIsMovedAwayDoesNotLeadAWalkOut() throws {
        try run("mkdir -p a/b/c outside; touch a/1 a/b/1 a/b/c/1 outside/secret")
        var walk = try TreeWalk(Directory(scratch.descriptor()).folder(bytes("a")))
        var seen: [String] = []
        while let item = try walk.next() {
            seen.append(String(decoding: item.path, as: UTF8.self))
            if item.name == bytes("c") { try run("mv a/b gone; ln -s ../outside a/b") }
        }
        #expect(!seen.contains { $0.contains("secret") })
    }
}
