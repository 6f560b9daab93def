import Isolation
import Testing

@testable import Sessions

@Suite struct FilePathTests {
    @Test(arguments: [
        Array("a/b".utf8), Array("é/ü".utf8), [0xFF], [0x61, 0xE9, 0x2F, 0xC3], Array(#"a\b"#.utf8),
        Array(#"\xE9"#.utf8),
        [0x5C, 0xFF, 0x5C], Array("new\nline".utf8), Array("..a/...".utf8), Array(" ".utf8), [0xED, 0xA0, 0x80], [0x0D],
    ])
    func everyPathHasATextThatLeadsBack(bytes: [UInt8]) throws {
        let path = try FilePath(bytes)
        #expect(try FilePath(text: path.description) == path)
    }

    @Test func namesThatAreTextAreTheirOwnText() throws {
        #expect(try FilePath(text: "dir/ä ö.txt").bytes == Array("dir/ä ö.txt".utf8))
        #expect(FilePath.text(of: [0x63, 0x61, 0x66, 0xE9]) == #"caf\xE9"#)
        #expect(FilePath.text(of: Array(#"a\b"#.utf8)) == #"a\\b"#)
        // Bytes that are not UTF-8 may also come as they are, from the percent-encoding of a URL.
        #expect(try FilePath(text: [0x63, 0xE9]) == FilePath(text: #"c\xe9"#))
    }

    @Test(arguments: [
        "..", "a/..", "../a", "a/../b", ".", "./a", "a/.", "/a", "/", "a//b", "a/", #"\x2E\x2E/a"#, #"\x2Fetc"#,
        #"a\x00"#,
        #"a\b"#, #"a\x"#, #"a\xZZ"#, #"a\"#, String(repeating: "x", count: 256),
        String(repeating: "x/", count: 2048) + "x",
    ])
    func pathsThatAreNoneAreRefused(text: String) {
        #expect(throws: WorkspacePath.Invalid.self) { try FilePath(text: text) }
    }

    @Test func pathsKnowWhatTheyLieIn() throws {
        let path = try FilePath(text: "a/b/c")
        #expect(path.parts == [[0x61], [0x62], [0x63]] && path.name == [0x63])
        #expect(try path.parent == FilePath(text: "a/b"))
        #expect(try FilePath(text: "a").parent == .workspace)
        #expect(try path.isBeneath(FilePath(text: "a/b")) && path.isBeneath(.workspace) && path.isBeneath(path))
        #expect(try !path.isBeneath(FilePath(text: "a/bb")) && !FilePath(text: "ab").isBeneath(FilePath(text: "a")))
    }

    @Test func linksStayInsideOnlyIfNoOtherLinkCanCarryThemOut() {
        func stays(_ target: String, at path: String) -> Bool {
            TarLink.staysInside(Array(target.utf8), at: Array(path.utf8))
        }
        for (target, path) in [("b", "a"), ("../b", "d/a"), ("../../x/y", "d/e/a"), ("./b", "a"), ("d/./b", "a")] {
            #expect(stays(target, at: path), "\(target) at \(path)")
        }
        for (target, path) in [
            ("/etc", "a"), ("..", "a"), ("../b", "a"), ("../../b", "d/a"), ("d/..", "a"), ("d/../../b", "e/a"),
            ("", "a"),
        ] { #expect(!stays(target, at: path), "\(target) at \(path)") }
    }

    @Test func conditionsHoldAsTheStandardSays() {
        let tag = EntityTag(text: "1")
        let other = EntityTag(text: "2")
        #expect(FileConditions().allow(nil) && FileConditions().allow(tag))
        #expect(FileConditions(match: .any).allow(tag) && !FileConditions(match: .any).allow(nil))
        #expect(
            FileConditions(match: .oneOf([other, tag])).allow(tag) && !FileConditions(match: .oneOf([other])).allow(tag)
        )
        #expect(FileConditions(noneMatch: .any).allow(nil) && !FileConditions(noneMatch: .any).allow(tag))
        #expect(
            FileConditions(noneMatch: .oneOf([other])).allow(tag)
                && !FileConditions(noneMatch: .oneOf([tag])).allow(tag))
    }
}
