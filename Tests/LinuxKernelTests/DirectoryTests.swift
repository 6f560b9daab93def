import CLinux
import Foundation
import LinuxKernel
import Testing

/// Trees that a hostile program leaves, read by both ways of opening.
@Suite struct DirectoryTests {
    private static let wide = Directory.WalkLimits(entries: 100_000, depth: 64, files: 100_000, bytes: .max)

    private func paths(
        _ directory: Directory, _ patterns: [String], _ limits: Directory.WalkLimits = wide
    ) throws -> [String] {
        try directory.matches(patterns.map { try GlobPattern($0) }, limits).files.map {
            String(decoding: $0.path, as: UTF8.self)
        }
    }

    private func run(_ script: String, in scratch: ScratchFolder) throws {
        let child = Child("/bin/sh", ["-ec", "cd \(scratch.path)\n" + script])
        try #require(child.status == 0, "\(child.errors)")
    }

    private func contents(_ file: SharedDescriptor) throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = try SystemError.check(linux_pread(file.number, &buffer, buffer.count, 0), "read", "")
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    @Test(arguments: [true, false]) func aRegularFileOpens(usesOpenat2: Bool) throws {
        let scratch = try ScratchFolder()
        try run("mkdir -p a/b && printf hello > a/b/file && printf top > top && : > empty", in: scratch)
        let directory = Directory(try scratch.descriptor(), usesOpenat2: usesOpenat2)
        let file = try #require(try directory.openRegularFile("a/b/file"))
        #expect(file.size == 5)
        #expect(try contents(file.descriptor) == "hello")
        #expect(try directory.openRegularFile("top")?.size == 3)
        #expect(try directory.openRegularFile("empty")?.size == 0)
        #expect(try directory.openRegularFile("a/b/file", maximumSize: 5) != nil)
        #expect(try directory.openRegularFile("a/b/file", maximumSize: 4) == nil)
        #expect(try directory.openRegularFile("missing") == nil)
        #expect(try directory.openRegularFile("a/b/file/below") == nil)
        #expect(try directory.openRegularFile(String(repeating: "x", count: 300)) == nil)
    }

    @Test(arguments: [true, false]) func whatIsNoRegularFileDoesNotOpen(usesOpenat2: Bool) throws {
        let scratch = try ScratchFolder()
        let outside = try ScratchFolder()
        try outside.file("secret", "secret")
        let script = """
            mkdir folder; mkfifo fifo; printf x > file; ln file second; printf x > real
            ln -s \(outside.path)/secret link; ln -s \(outside.path) exit; ln -s real inside; ln -s . self
            ln -s /proc/self/fd magic
            python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
            """
        try run(script, in: scratch)
        let directory = Directory(try scratch.descriptor(), usesOpenat2: usesOpenat2)
        let refused = [
            "folder", "fifo", "socket", "file", "second", "link", "exit/secret", "inside", "self/real", "magic/0", "..",
            ".",
            "../\((outside.path as NSString).lastPathComponent)/secret", outside.path + "/secret", "", "real/",
            "folder/../real",
            "./real", "folder//x", "real\0x",
        ]
        for path in refused { #expect(try directory.openRegularFile(path) == nil, "\(path)") }
        #expect(try directory.openRegularFile("real") != nil)
        #expect(try paths(directory, ["**", "*", "*/*"]) == ["real"])
    }

    @Test(arguments: [true, false]) func anotherFileSystemIsNotEntered(usesOpenat2: Bool) throws {
        // /dev/shm and /dev/pts are mounts in /dev
        let device = SharedDescriptor(try Descriptor(result: linux_open("/", O_RDONLY | O_DIRECTORY, 0), "open", "/"))
        let directory = Directory(device, usesOpenat2: usesOpenat2)
        #expect(try directory.openRegularFile("proc/version") == nil)
        let itself = SharedDescriptor(
            try Descriptor(result: linux_open("/proc", O_RDONLY | O_DIRECTORY, 0), "open", "/proc"))
        #expect(try Directory(itself, usesOpenat2: usesOpenat2).openRegularFile("version") != nil)
    }

    @Test(arguments: [true, false]) func patternsFindFilesAndReadNoFolderInVain(usesOpenat2: Bool) throws {
        let scratch = try ScratchFolder()
        try run(
            "mkdir -p out/deep other .git && touch out/1.png out/2.png out/a.txt out/deep/3.png other/4.png .git/x top.png",
            in: scratch)
        let directory = Directory(try scratch.descriptor(), usesOpenat2: usesOpenat2)
        #expect(try paths(directory, ["out/*.png"]) == ["out/1.png", "out/2.png"])
        #expect(
            try paths(directory, ["**/*.png"]) == [
                "other/4.png", "out/1.png", "out/2.png", "out/deep/3.png", "top.png",
            ])
        #expect(
            try paths(directory, ["out/**", "top.*"]) == [
                "out/1.png", "out/2.png", "out/a.txt", "out/deep/3.png", "top.png",
            ])
        #expect(try paths(directory, ["top.png", "*.png"]) == ["top.png"])
        #expect(try paths(directory, ["nothing/*", "x"]).isEmpty)
        #expect(try paths(directory, [".git/*"]) == [".git/x"])
        // Four entries at the top and four in `out`: the other folders cost nothing.
        let enough = Directory.WalkLimits(entries: 8, depth: 4, files: 10, bytes: .max)
        #expect(try directory.matches([GlobPattern("out/*.png")], enough).isComplete)
    }

    @Test func twentyThousandFilesEndAtTheCap() throws {
        let scratch = try ScratchFolder()
        try run("python3 -c 'for i in range(20000): open(\"%05d\" % i, \"w\").close()'", in: scratch)
        let directory = Directory(try scratch.descriptor())
        let all = try directory.matches([GlobPattern("*")], Self.wide)
        #expect(all.files.count == 20_000 && all.isComplete)
        let some = try directory.matches(
            [GlobPattern("*")], .init(entries: 20_000, depth: 4, files: 32, bytes: .max))
        #expect(
            some.files.map { String(decoding: $0.path, as: UTF8.self) } == (0..<32).map { String(format: "%05d", $0) })
        #expect(!some.isComplete)
        let few = try directory.matches([GlobPattern("*")], .init(entries: 100, depth: 4, files: 1000, bytes: .max))
        #expect(few.files.count == 100 && !few.isComplete)
    }

    @Test func bytesAreCountedAsTheyCanBeReadNotAsTheyAreStored() throws {
        let scratch = try ScratchFolder()
        try run("truncate -s 1T sparse && printf 12345 > a && printf 67890 > z", in: scratch)
        let directory = Directory(try scratch.descriptor())
        let limits = Directory.WalkLimits(entries: 100, depth: 4, files: 10, bytes: 10)
        let found = try directory.matches([GlobPattern("*")], limits)
        #expect(found.files.map(\.size) == [5, 5] && !found.isComplete)
        let cut = try directory.matches(
            [GlobPattern("*")], .init(entries: 100, depth: 4, files: 10, bytes: 20, fileBytes: 10))
        #expect(cut.files.map(\.size) == [5, 1 << 40, 5] && cut.isComplete)
        #expect(try directory.openRegularFile("sparse", maximumSize: 1 << 30) == nil)
    }

    @Test func depthBeyondAllPathsEndsAtTheCap() throws {
        let scratch = try ScratchFolder()
        // deeper than any path can name, so it is made step by step
        let source = """
            import os
            os.chdir("\(scratch.path)")
            for i in range(100000):
                if i in (2, 3): open("file", "w").close()
                os.mkdir("d"); os.chdir("d")
            """
        let child = Child("/usr/bin/env", ["python3", "-c", source])
        try #require(child.status == 0, "\(child.errors)")
        let directory = Directory(try scratch.descriptor())
        let limits = Directory.WalkLimits(entries: 1_000_000, depth: 2, files: 10, bytes: .max)
        let found = try directory.matches([GlobPattern("**")], limits)
        #expect(found.files.map { String(decoding: $0.path, as: UTF8.self) } == ["d/d/file"])
        #expect(!found.isComplete)
        #expect(try paths(directory, ["**/file"]) == ["d/d/d/file", "d/d/file"])
    }

    @Test(arguments: [true, false]) func namesAreAnyBytes(usesOpenat2: Bool) throws {
        let scratch = try ScratchFolder()
        let source = """
            import os
            os.chdir(b"\(scratch.path)")
            for name in [b"\\xff\\xfe", b"new\\nline", b"*", b"[", b" ", b"-rf", b"\\xc3\\xa9"]:
                with open(name, "w") as file: file.write("x")
            """
        let child = Child("/usr/bin/env", ["python3", "-c", source])
        try #require(child.status == 0, "\(child.errors)")
        let directory = Directory(try scratch.descriptor(), usesOpenat2: usesOpenat2)
        let found = try directory.matches([GlobPattern("*")], Self.wide).files
        #expect(found.count == 7 && found.contains { $0.path == [0xFF, 0xFE] })
        for file in found { #expect(try directory.openRegularFile(file.path)?.size == 1) }
    }

    /// As a user without capabilities sees it: a child does the same as another user, where modes count.
    @Test func foldersThatForbidReadingAreSkipped() throws {
        let scratch = try ScratchFolder()
        try run("mkdir shut open && touch shut/a open/b && chmod 000 shut", in: scratch)
        let directory = Directory(try scratch.descriptor())
        let found = try directory.matches([GlobPattern("**")], Self.wide)
        let paths = found.files.map { String(decoding: $0.path, as: UTF8.self) }
        if geteuid() == 0 {
            #expect(paths == ["open/b", "shut/a"] && found.isComplete)
        } else {
            #expect(paths == ["open/b"] && !found.isComplete)
        }
    }

    @Test func nothingStaysOpen() throws {
        let scratch = try ScratchFolder()
        try run("mkdir -p a/b/c/d && touch a/b/c/d/file && mkfifo a/fifo && ln -s / a/link", in: scratch)
        let root = try scratch.descriptor()
        func openBelow() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
                return target?.hasPrefix(scratch.path) == true
            }
        }
        for usesOpenat2 in [true, false] {
            let directory = Directory(root, usesOpenat2: usesOpenat2)
            #expect(try paths(directory, ["**"]) == ["a/b/c/d/file"])
            for path in ["a/b/c/d/file", "a/fifo", "a/link", "a/link/etc"] { _ = try directory.openRegularFile(path) }
        }
        #expect(try openBelow() == 1)
    }
}
