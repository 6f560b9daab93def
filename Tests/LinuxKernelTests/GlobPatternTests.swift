import Testing

@testable import LinuxKernel

@Suite struct GlobPatternTests {
    /// Walks a path through a pattern as the walk through folders does.
    private func matches(_ pattern: String, _ path: String) throws -> Bool {
        let glob = try GlobPattern(pattern)
        let names = path.split(separator: "/").map { GlobPattern.Name(Array($0.utf8)) }
        var progress = glob.start
        for folder in names.dropLast() { progress = glob.entering(folder, progress) }
        return try glob.accepts(#require(names.last), progress)
    }

    @Test(arguments: [
        ("a.txt", "a.txt"), ("*.png", "plot.png"), ("*", "a"), ("out/*.png", "out/1.png"), ("?.c", "a.c"),
        ("?.c", "é.c"),
        ("[a-c]x", "bx"), ("[!a-c]x", "dx"), ("[^a-c]x", "dx"), ("[]]", "]"), ("[a-]", "-"), ("[é-ü]", "ö"),
        ("\\*", "*"),
        ("**", "a"), ("**", "a/b/c"), ("**/x", "x"), ("**/x", "a/b/x"), ("a/**/x", "a/x"), ("a/**/x", "a/b/c/x"),
        ("a/**", "a/b"), ("a/**", "a/b/c"), ("**/**/x", "a/x"), ("**/a/*/x", "a/a/b/x"), (".hidden", ".hidden"),
        (".*", ".hidden"), (".git/*", ".git/config"), ("./a", "a"), ("*a*b*", "xxaxxbxx"), ("a*", "a"), ("名*", "名前"),
    ])
    func matchesWhatAShellWould(pattern: String, path: String) throws {
        #expect(try matches(pattern, path))
    }

    @Test(arguments: [
        ("a.txt", "b.txt"), ("*.png", "plot.jpg"), ("*.png", "out/plot.png"), ("out/*", "out/a/b"), ("?", "ab"),
        ("?", ""),
        ("[a-c]", "d"), ("[!a]", "a"), ("*", ".hidden"), ("?hidden", ".hidden"), ("[.]hidden", ".hidden"),
        ("**", ".git/x"),
        ("**/x", "a/y"), ("a/**/x", "b/x"), ("a", "a/b"), ("a/b", "a"), ("*a*b", "xbxa"), ("\\*", "a"), ("**x", "a/bx"),
    ])
    func doesNotMatchWhatAShellWouldNot(pattern: String, path: String) throws {
        guard !path.isEmpty else { return #expect(!GlobPattern.Name([]).matches([.anyCharacter])) }
        #expect(try !matches(pattern, path))
    }

    @Test func bytesThatAreNotUTF8AreCharactersToo() throws {
        let name = GlobPattern.Name([0x61, 0xFF, 0xC3, 0x62])
        #expect(name.characters.count == 4)
        for pattern in ["a*b", "a??b", "*"] {
            let glob = try GlobPattern(pattern)
            #expect(glob.accepts(name, glob.start))
        }
        let replaced = try GlobPattern("a\u{FFFD}\u{FFFD}b")
        #expect(!replaced.accepts(name, replaced.start))
    }

    @Test(arguments: [
        ("", "is empty"), ("/etc/passwd", "is absolute"), ("../x", "has a part “..”"), ("a/../b", "has a part “..”"),
        ("a/./b", "has a part “.”"), ("a//b", "has an empty part"), ("a/", "has an empty part"),
        ("a\0b", "has a NUL byte"),
        ("[a", "has a “[” without a “]”"), ("[", "has a “[” without a “]”"), ("a\\", "ends in a backslash"),
        ("[z-a]", "has a range that runs backwards, “z-a”"),
        (String(repeating: "a", count: 1025), "is longer than 1024 bytes"),
        (String(repeating: "a/", count: 40) + "a", "has more than 32 parts"),
    ])
    func whatCannotBeAPatternIsRefusedWithTheReason(text: String, reason: String) {
        let error = #expect(throws: GlobPattern.Invalid.self) { _ = try GlobPattern(text) }
        #expect(error?.reason == reason)
    }

    /// A matcher that backtracks into every star would take longer than the universe is old.
    @Test func manyStarsEndSoon() throws {
        let glob = try GlobPattern(String(repeating: "*a", count: 100) + "b")
        #expect(!glob.accepts(GlobPattern.Name([UInt8](repeating: 0x61, count: 255)), glob.start))
        let folders = try GlobPattern(String(repeating: "**/a/", count: 15) + "b")
        var progress = folders.start
        for _ in 0..<200 { progress = folders.entering(GlobPattern.Name([0x61]), progress) }
        #expect(progress.count <= GlobPattern.maximumParts)
        #expect(!folders.accepts(GlobPattern.Name([0x63]), progress))
    }
}
