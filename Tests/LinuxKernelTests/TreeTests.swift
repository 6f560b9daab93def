import CLinux
import Foundation
import LinuxKernel
import Testing

/// Removing and counting what hostile programs leave.
@Suite struct TreeTests {
    private func run(_ script: String, in scratch: ScratchFolder) throws {
        let child = Child("/bin/bash", ["-ec", "cd \(scratch.path)\n" + script])
        try #require(child.status == 0, "\(child.errors)")
    }

    private func remove(_ name: String, in scratch: ScratchFolder, step: Int = 1000) throws -> Int {
        var removal = try TreeRemoval(of: name, in: scratch.descriptor(), queueName: "queue")
        while try !removal.step(step) {}
        return removal.removed
    }

    private func usage(of scratch: ScratchFolder, step: Int = 1000) throws -> (bytes: Int, entries: Int, Bool) {
        var walk = try TreeUsage(of: try scratch.descriptor())
        while try !walk.step(step) {}
        return (walk.bytes, walk.entries, walk.isComplete)
    }

    @Test func aTreeIsCountedAndRemovedAtAnyDepth() throws {
        let scratch = try ScratchFolder()
        let tree = try scratch.folder("tree")
        try HostileTree.makeDepth(100_000, in: try HostileTree.open("tree", in: scratch.descriptor()))
        let (bytes, entries, isComplete) = try usage(of: scratch)
        // A folder takes no blocks on a tmpfs.
        var status = stat()
        try SystemError.check(linux_fstatat(AT_FDCWD, tree, &status, 0), "stat", tree)
        #expect(entries == 100_101 && isComplete && bytes >= 100_000 * Int(status.st_blocks) * 512)
        #expect(try remove("tree", in: scratch) >= 100_101)
        #expect(!FileManager.default.fileExists(atPath: tree))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }

    @Test func everyKindOfEntryAndModeGoes() throws {
        let scratch = try ScratchFolder()
        let outside = try ScratchFolder()
        try outside.file("precious", "x")
        let script = """
            mkdir -p tree/a/b/c tree/shut/x/y tree/empty; mkfifo tree/a/fifo; ln -s \(outside.path) tree/a/out
            ln -s \(outside.path)/precious tree/a/b/file; touch tree/shut/x/y/file; ln -s . tree/self; touch tree/a/b/c/f
            printf x > tree/$'new\\nline'; printf x > tree/$'\\xff\\xfe'; mkdir tree/$'\\xff'; touch tree/$'\\xff'/'-rf *'
            python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tree/socket")'
            chmod 000 tree/shut/x/y tree/shut/x tree/shut
            """
        try run(script, in: scratch)
        _ = try remove("tree", in: scratch, step: 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
        #expect(FileManager.default.fileExists(atPath: outside.path + "/precious"))
    }

    /// Nothing can be made there, and so nothing that a removal needs.
    @Test(
        .enabled(if: geteuid() == 0, "only root can mount a small file system"),
        arguments: ["touch tree/file", "mkdir -p tree/a/b/c; touch tree/a/b/file", "mkdir tree/empty"])
    func aTreeOnAFullDiskIsRemoved(_ makes: String) throws {
        let scratch = try ScratchFolder()
        try SystemError.check(
            linux_mount("small", scratch.path, "tmpfs", 0, "nr_inodes=30,size=1m"), "mount", scratch.path)
        defer { _ = linux_umount(scratch.path, Int32(MNT_DETACH)) }
        try run("mkdir tree; \(makes); n=0; while touch $n 2>/dev/null; do n=$((n + 1)); done", in: scratch)
        #expect(throws: SystemError.self) {
            try SystemError.check(linux_mkdirat(AT_FDCWD, "\(scratch.path)/more", 0o700), "make", "more")
        }
        _ = try remove("tree", in: scratch)
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/tree"))
    }

    @Test func wideTreesGoInSteps() throws {
        let scratch = try ScratchFolder()
        try run("mkdir tree; cd tree; for i in {1..300}; do mkdir -p $i/{1..9}/x; touch $i/{a..z}; done", in: scratch)
        let (_, entries, isComplete) = try usage(of: scratch, step: 7)
        #expect(entries == 1 + 300 * (1 + 18 + 26) && isComplete)
        #expect(try remove("tree", in: scratch, step: 7) >= entries)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }

    @Test func anInterruptedRemovalIsGoneOnWith() throws {
        let scratch = try ScratchFolder()
        try run("mkdir -p tree/{1..50}/{1..9}/x", in: scratch)
        do {
            var removal = try TreeRemoval(of: "tree", in: scratch.descriptor(), queueName: "first")
            #expect(try !removal.step(100))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["first"])
        _ = try remove("first", in: scratch)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
        #expect(throws: SystemError.self) { try remove("first", in: scratch) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }

    @Test func sparseFilesAndSecondNamesCountWhatTheyOccupy() throws {
        let scratch = try ScratchFolder()
        let empty = try usage(of: scratch).bytes
        try run(
            "truncate -s 1T sparse; head -c 1M /dev/zero > file; for i in {1..9}; do ln file name$i; done", in: scratch)
        let (bytes, entries, isComplete) = try usage(of: scratch)
        #expect(entries == 11 && isComplete)
        #expect(bytes - empty >= 1 << 20 && bytes - empty < (1 << 20) + 65536)
    }

    /// A folder that was moved up while the walk was below it does not lead it out of the tree.
    @Test func aTreeThatIsMovedAwayEndsTheWalk() throws {
        let scratch = try ScratchFolder()
        try run("p=$(printf 'd/%.0s' {1..60}); mkdir -p tree/$p elsewhere; touch outside1 outside2", in: scratch)
        var walk = try TreeUsage(of: try HostileTree.open("tree", in: scratch.descriptor()))
        #expect(try !walk.step(55))
        // Below the folders that are kept open, the way back now leads elsewhere.
        try run("p=$(printf 'd/%.0s' {1..30}); mv tree/$p elsewhere/moved", in: scratch)
        while try !walk.step(1) {}
        #expect(!walk.isComplete && walk.entries <= 60)
    }

    @Test func limitsEndACount() throws {
        let scratch = try ScratchFolder()
        try run("mkdir -p a/b/c/d/e; touch {1..100}", in: scratch)
        var maximum = TreeUsage.Maximum()
        maximum.entries = 50
        var few = try TreeUsage(of: try scratch.descriptor(), upTo: maximum)
        while try !few.step(10) {}
        #expect(!few.isComplete && few.entries == 50)
        maximum = TreeUsage.Maximum()
        maximum.depth = 3
        var shallow = try TreeUsage(of: try scratch.descriptor(), upTo: maximum)
        while try !shallow.step(10) {}
        #expect(!shallow.isComplete && shallow.entries == 103)
    }
}
