import Foundation
import LinuxKernel
import Testing

@testable import Sessions

@Suite struct WorkspaceFilesTests {
    private let scratch: ScratchWorkspace

    init() throws { scratch = try ScratchWorkspace() }

    @Test func aFileIsWrittenAndRead() async throws {
        let entry = try await scratch.write("hello", to: "a/b/file")
        #expect(entry.status.size == 5 && entry.status.mode == 0o644 && entry.status.names == 1)
        #expect(try await scratch.read("a/b/file") == "hello")
        #expect(try await scratch.files.entry(FilePath(text: "a/b/file")) == entry)
        #expect(try scratch.run("cat a/b/file") == "hello")
        #expect(try await scratch.names("a") == ["b"])
    }

    @Test func whatIsMadeBelongsToTheSession() async throws {
        try #require(geteuid() == 0)
        try await scratch.write("x", to: "a/file")
        _ = try await scratch.files.makeFolder(FilePath(text: "b/c"), FixedAllowance(bytes: 1 << 20))
        _ = try await scratch.files.copy(
            FilePath(text: "a"), to: FilePath(text: "d"), replacing: false, FixedAllowance(bytes: 1 << 20))
        try scratch.run("ln -s file a/link")
        try await scratch.unpack(try await scratch.archive(), into: "e")
        #expect(try scratch.run("find . -mindepth 1 -not -uid 54321 -not -path ./a/link") == "")
        #expect(try scratch.run("find e -type l") == "e/a/link\n")
    }

    @Test func aFileIsNotThereBeforeItIsWhole() async throws {
        let allowance = FixedAllowance(bytes: 1 << 20)
        do {
            let upload = try await scratch.files.upload(FilePath(text: "file"), allowance)
            try await upload.write([UInt8](repeating: 1, count: 300_000))
            #expect(try await scratch.names() == [])
            #expect(allowance.bytesLeft < 1 << 20)
        }
        #expect(try await scratch.names() == [])
        #expect(allowance.bytesLeft == 1 << 20)
        try await scratch.write("whole", to: "file", allowance)
        #expect(allowance.bytesLeft == (1 << 20) - 4096)
    }

    @Test func aReplacedFileIsOldOrNewAndKeepsItsPermissions() async throws {
        try await scratch.write("old", to: "file", mode: 0o755)
        let reader = try await scratch.files.open(FilePath(text: "file"))
        try await scratch.write("new!", to: "file")
        #expect(try await scratch.files.read(reader, at: 0, count: 10) == Array("old".utf8))
        #expect(try await scratch.read("file") == "new!")
        #expect(try scratch.run("stat -c %a file") == "755\n")
        try await scratch.write("", to: "file", mode: 0o600)
        #expect(try scratch.run("stat -c '%a %s' file; ls -A") == "600 0\nfile\n")
    }

    @Test func noFileThatIsWrittenIsSetUserID() async throws {
        try await scratch.write("x", to: "new", mode: 0o7777)
        try scratch.run("touch old; chmod 6755 old")
        try await scratch.write("x", to: "old")
        _ = try await scratch.files.copy(
            FilePath(text: "old"), to: FilePath(text: "copy"), replacing: false, FixedAllowance(bytes: 1 << 20))
        #expect(try scratch.run("stat -c %a new old copy") == "777\n755\n755\n")
    }

    @Test func conditionsDecideWhetherAFileIsWritten() async throws {
        let first = try await scratch.write("1", to: "file", if: FileConditions(noneMatch: .any))
        await expectFailure(.preconditionFailed) {
            try await scratch.write("2", to: "file", if: FileConditions(noneMatch: .any))
        }
        let second = try await scratch.write("2", to: "file", if: FileConditions(match: .oneOf([first.tag])))
        #expect(first.tag != second.tag)
        await expectFailure(.preconditionFailed) {
            try await scratch.write("3", to: "file", if: FileConditions(match: .oneOf([first.tag])))
        }
        await expectFailure(.preconditionFailed) {
            try await scratch.write("3", to: "missing", if: FileConditions(match: .any))
        }
        #expect(try await scratch.read("file") == "2")
    }

    /// Of two that began with the same state only one is written.
    @Test func theConditionIsLookedAtAgainInTheEnd() async throws {
        let tag = try await scratch.write("0", to: "file").tag
        let allowance = FixedAllowance(bytes: 1 << 20)
        let path = try FilePath(text: "file")
        let one = try await scratch.files.upload(path, if: FileConditions(match: .oneOf([tag])), allowance)
        let two = try await scratch.files.upload(path, if: FileConditions(match: .oneOf([tag])), allowance)
        try await one.write([0x31])
        try await two.write([0x32])
        _ = try await one.finish()
        await expectFailure(.preconditionFailed) { _ = try await two.finish() }
        #expect(try await scratch.read("file") == "1")
    }

    @Test func aListHasEveryEntryOnceWhateverThePages() async throws {
        try scratch.run("mkdir many; cd many; seq 2500 | xargs touch")
        let names = try await scratch.names("many", limit: 100)
        #expect(names.count == 2500 && Set(names).count == 2500)
        #expect(try await scratch.names("many", limit: 1000).count == 2500)
        let list = try await scratch.files.list(FilePath(text: "many"), limit: 1)
        await expectFailure(.conflict) { _ = try await scratch.files.list(.workspace, limit: 1, after: list.next) }
        for cursor in ["", "x", "1", "1.2.3", "-1.-1", "zz."] {
            await expectFailure(.invalid(field: "cursor"), "\(cursor)") {
                _ = try await scratch.files.list(.workspace, limit: 1, after: cursor)
            }
        }
        // A position that nobody gave leads to some entry, or to none.
        let inode = try #require(list.next?.split(separator: ".").first)
        _ = try await scratch.files.list(FilePath(text: "many"), limit: 1, after: "\(inode).zik0zj")
    }

    @Test func aListThatIsWholeIsSorted() async throws {
        try scratch.run("touch b a 'B' ä; mkdir c")
        #expect(try await scratch.names() == ["B", "a", "b", "c", "ä"])
        let file = try await scratch.files.list(FilePath(text: "a"), limit: 10)
        #expect(file.subject.status.kind == .file && file.entries.isEmpty)
        await expectFailure(.notFound) { _ = try await scratch.files.list(FilePath(text: "missing"), limit: 1) }
        await expectFailure(.conflict) { _ = try await scratch.files.list(FilePath(text: "a/b"), limit: 1) }
    }

    @Test func namesAreAnyBytes() async throws {
        try scratch.run(
            #"printf 1 > $'\xff\xfe'; printf 2 > $'new\nline'; printf 3 > '\'; mkdir $'d\xe9'; printf 4 > $'d\xe9/-rf'"#
        )
        #expect(Set(try await scratch.names()) == [#"\xFF\xFE"#, "new\nline", #"\\"#, #"d\xE9"#])
        #expect(try await scratch.read(#"\xFF\xFE"#) == "1")
        #expect(try await scratch.read("new\nline") == "2")
        #expect(try await scratch.read(#"\\"#) == "3")
        #expect(try await scratch.read(#"d\xE9/-rf"#) == "4")
        try await scratch.write("5", to: #"d\xE9/\x80"#)
        #expect(try scratch.run(#"cat $'d\xe9/\x80'"#) == "5")
        let allowance = FixedAllowance(bytes: 1 << 20)
        _ = try await scratch.files.move(
            FilePath(text: #"\xFF\xFE"#), to: FilePath(text: #"\xFF"#), replacing: false, allowance)
        #expect(try await scratch.files.remove(FilePath(text: #"d\xE9"#), recursive: true, allowance) >= 3)
        #expect(Set(try await scratch.names()) == [#"\xFF"#, "new\nline", #"\\"#])
    }

    @Test func moreThanTheAllowanceIsRefusedAndGivenBack() async throws {
        let allowance = FixedAllowance(bytes: 3 * 4096)
        let path = try FilePath(text: "file")
        await expectFailure(.tooLarge) {
            let upload = try await scratch.files.upload(path, allowance)
            for _ in 0..<4 { try await upload.write([UInt8](repeating: 1, count: 4096)) }
        }
        await expectFailure(.tooLarge) {
            try await scratch.files.upload(path, allowance).expect(1 << 40)
        }
        #expect(allowance.bytesLeft == 3 * 4096)
        try await scratch.write(String(repeating: "x", count: 2 * 4096), to: "file", allowance)
        await expectFailure(.tooLarge) {
            _ = try await scratch.files.copy(path, to: FilePath(text: "copy"), replacing: false, allowance)
        }
        #expect(try await scratch.names() == ["file"])
        _ = try await scratch.files.remove(path, recursive: false, allowance)
        try await scratch.write(String(repeating: "x", count: 3 * 4096), to: "file", allowance)
    }

    @Test func filesAndFoldersAreMoved() async throws {
        let allowance = FixedAllowance(bytes: 1 << 20)
        try scratch.run("mkdir -p a/b; printf 1 > a/b/f; printf 2 > g; ln -s g link; mkdir full; touch full/x")
        func move(_ from: String, _ to: String, replacing: Bool = false) async throws {
            _ = try await scratch.files.move(
                FilePath(text: from), to: FilePath(text: to), replacing: replacing, allowance)
        }
        try await move("a/b", "new/way/c")
        #expect(try await scratch.read("new/way/c/f") == "1")
        await expectFailure(.conflict) { try await move("g", "new/way/c/f") }
        #expect(try await scratch.read("g") == "2")
        try await move("g", "new/way/c/f", replacing: true)
        #expect(try await scratch.read("new/way/c/f") == "2")
        try await move("link", "other")
        #expect(try scratch.run("readlink other") == "g\n")
        for (from, to) in [("new", "new/way/x"), ("new", "new"), ("new", "full")] {
            await expectFailure(.conflict, "\(from) \(to)") { try await move(from, to, replacing: true) }
        }
        await expectFailure(.notFound) { try await move("missing", "x") }
        #expect(try scratch.run("ls full") == "x\n")
    }

    @Test func filesAndFoldersAreCopied() async throws {
        let allowance = FixedAllowance(bytes: 1 << 30)
        try scratch.run(
            "mkdir -p a/b; head -c 3M /dev/urandom > a/b/f; chmod 700 a/b/f; ln -s f a/b/link; touch a/1; ln a/1 a/2; mkfifo a/p"
        )
        let (entry, leftOut) = try await scratch.files.copy(
            FilePath(text: "a"), to: FilePath(text: "x/y"), replacing: false, allowance)
        #expect(entry.status.kind == .directory && leftOut == 3)
        #expect(try scratch.run("cmp a/b/f x/y/b/f; readlink x/y/b/link; stat -c %a x/y/b/f; ls x/y") == "f\n700\nb\n")
        await expectFailure(.conflict) {
            _ = try await scratch.files.copy(
                FilePath(text: "a"), to: FilePath(text: "a/c"), replacing: false, allowance)
        }
        await expectFailure(.conflict) {
            _ = try await scratch.files.copy(
                FilePath(text: "a/b/f"), to: FilePath(text: "x/y/b/f"), replacing: false, allowance)
        }
    }

    @Test func foldersAreDeletedWholeOnlyOnDemand() async throws {
        let allowance = FixedAllowance(bytes: 0)
        try scratch.run("mkdir -p a/b empty; touch a/b/f a/g")
        await expectFailure(.conflict) {
            _ = try await scratch.files.remove(FilePath(text: "a"), recursive: false, allowance)
        }
        #expect(try await scratch.files.remove(FilePath(text: "empty"), recursive: false, allowance) == 1)
        #expect(try await scratch.files.remove(FilePath(text: "a"), recursive: true, allowance) >= 4)
        await expectFailure(.notFound) {
            _ = try await scratch.files.remove(FilePath(text: "a"), recursive: true, allowance)
        }
        await expectFailure(.invalid(field: "path")) {
            _ = try await scratch.files.remove(.workspace, recursive: true, allowance)
        }
        #expect(try await scratch.names() == [])
        try scratch.expectNothingLeft()
    }
}
