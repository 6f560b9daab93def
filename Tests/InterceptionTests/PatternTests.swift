import Testing

@testable import Interception

@Suite struct PatternTests {
    @Test(arguments: [
        ("abc", "xxabcxx"), ("^abc$", "abc"), ("a|b|c", "xc"), ("^(a|b)*c$", "ababc"), ("^a{2,3}$", "aaa"),
        ("^a{2}$", "aa"), ("^a{2,}$", "aaaa"), (#"\bcat\b"#, "a cat."), ("(?i)curl", "CURL"), ("[^a-c]", "d"),
        (#"^[\d.]+$"#, "1.2"), ("^$", ""), (#"\$x"#, "a$x"), ("^[]a]+$", "]a"), ("(?:ab)+c", "ababc"), ("x*", ""),
        ("^a.c$", "abc"), (#"\S\s\S"#, "a b"), ("^-?[0-7]{3}$", "755"), ("é", "café"), ("[a-]", "-"),
    ])
    func matches(pattern: String, text: String) throws {
        #expect(try Pattern(pattern).matches(text))
    }

    @Test(arguments: [
        ("abc", "ab"), ("^abc$", "abcd"), ("a|b", "c"), ("^a{2,3}$", "aaaa"), ("^a{2}$", "a"),
        (#"\bcat\b"#, "concatenate"), ("curl", "CURL"), ("[^a-c]", "abc"), ("^.$", "\n"), ("^(a|b)*c$", "abdc"),
    ])
    func doesNotMatch(pattern: String, text: String) throws {
        #expect(try !Pattern(pattern).matches(text))
    }

    @Test(arguments: [
        "(", ")", "[a", "a**", "*a", "a{2", "a{3,2}", "(?=a)", #"\q"#, "\\", "[b-a]", "a{4000}b{4000}", "é[é]",
        String(repeating: "(", count: 100),
    ])
    func refusesWhatIsNoPattern(pattern: String) {
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    @Test func hostileTextTakesNoMoreStepsThanItIsLong() throws {
        // Expressions that backtrack need 2^4096 steps for this one.
        let pattern = try Pattern("^(a|a)*(a|a)*(a*)*b$")
        #expect(!pattern.matches(String(repeating: "a", count: 4096)))
        #expect(pattern.matches(String(repeating: "a", count: 4096) + "b"))
    }
}
