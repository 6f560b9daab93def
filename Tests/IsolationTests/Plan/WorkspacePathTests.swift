import Testing

@testable import Isolation

@Suite struct WorkspacePathTests {
    @Test(arguments: [
        "a", "a/b/c.txt", ".hidden", "...", "..a", "a..", "with space", "ünï/🐦", "a\\b", "-rf", "new\nline",
    ])
    func aRelativePathIsTakenAsItIs(text: String) throws {
        #expect(try WorkspacePath(text).description == text)
    }

    @Test(arguments: [
        ("", "is empty"), ("/", "is absolute"), ("/etc/passwd", "is absolute"), ("a//b", "has an empty part"),
        ("a/", "has an empty part"), (".", "has a part “.”"), ("..", "has a part “..”"), ("a/../b", "has a part “..”"),
        ("a/..", "has a part “..”"), ("../../etc/passwd", "has a part “..”"), ("./a", "has a part “.”"),
        ("a\0", "has a NUL byte"), ("a/\0/b", "has a NUL byte"),
    ])
    func aPathThatCouldLeadElsewhereIsRefusedWithTheReason(text: String, reason: String) {
        #expect(throws: WorkspacePath.Invalid(reason: reason)) { try WorkspacePath(text) }
    }

    @Test func theLongestPartIsMeasuredInBytes() throws {
        _ = try WorkspacePath(String(repeating: "a", count: 255))
        #expect(throws: WorkspacePath.Invalid(reason: "has a part longer than 255 bytes")) {
            try WorkspacePath(String(repeating: "a", count: 256))
        }
        #expect(throws: WorkspacePath.Invalid(reason: "has a part longer than 255 bytes")) {
            try WorkspacePath(String(repeating: "é", count: 128))
        }
    }

    @Test func theLongestPathIsMeasuredInBytes() throws {
        _ = try WorkspacePath(String(repeating: "ab/", count: 341) + "c")
        #expect(throws: WorkspacePath.Invalid(reason: "is longer than 1024 bytes")) {
            try WorkspacePath(String(repeating: "ab/", count: 341) + "cd")
        }
    }

    @Test(arguments: ["a/\u{301}../b", "a/.\u{301}./b"]) func aCombiningMarkMakesAnotherName(text: String) throws {
        // The kernel compares bytes: a name with a mark is neither `.` nor `..`, and the slash before it still divides.
        #expect(try WorkspacePath(text).description == text)
    }

    @Test func aPartBehindASlashWithACombiningMarkIsStillSeen() {
        // In Swift's eyes "/\u{301}" is one character, which is not a slash; in the kernel's it begins a new part.
        #expect(throws: WorkspacePath.Invalid.self) { try WorkspacePath("a/\u{301}/../../b") }
        #expect(throws: WorkspacePath.Invalid.self) { try WorkspacePath("a/../\u{301}b") }
    }
}
