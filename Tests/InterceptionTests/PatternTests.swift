import Testing

@testable import Interception

@Suite struct PatternTests {
    struct Sample: Sendable {
        var pattern: String
        var matching: [String]
        var notMatching: [String]
    }

    @Test(arguments: [
        Sample(pattern: "abc", matching: ["abc", "xabcx"], notMatching: ["", "ab", "aBc"]),
        Sample(pattern: "^/(etc|proc)(/|$)", matching: ["/etc", "/proc/1"], notMatching: ["x/etc", "/etcetera"]),
        Sample(pattern: "(?i)xmrig", matching: ["XMRig", "xmrig"], notMatching: ["xmri"]),
        Sample(pattern: #"\bid\b"#, matching: ["id", "a id;", "(id)"], notMatching: ["idx", "void"]),
        Sample(pattern: #"a\Bb"#, matching: ["ab"], notMatching: ["a b"]),
        Sample(pattern: "^[0-7]{3,4}$", matching: ["777", "4755"], notMatching: ["77", "77777", "778"]),
        Sample(pattern: "a{2,}b", matching: ["aab", "aaaab"], notMatching: ["ab"]),
        Sample(pattern: "^a?b+c*$", matching: ["b", "abbcc"], notMatching: ["a", "aab"]),
        Sample(pattern: "[^/]$", matching: ["a", "/a"], notMatching: ["a/", ""]),
        Sample(pattern: #"[\d-]x|[]a]y"#, matching: ["-x", "3x", "]y"], notMatching: ["x", "by"]),
        Sample(pattern: "^$", matching: [""], notMatching: ["a"]),
        Sample(pattern: "", matching: ["", "a"], notMatching: []),
        Sample(pattern: "(a|b|)c", matching: ["c", "ac", "bc"], notMatching: ["a"]),
        Sample(pattern: "(a*)*$", matching: ["", "b"], notMatching: []),
        Sample(pattern: "naïve.?", matching: ["naïve"], notMatching: ["naive"]),
        Sample(pattern: "a.b", matching: ["axb"], notMatching: ["a\nb", "ab"]),
    ])
    func aPatternMatchesWhatItSays(sample: Sample) throws {
        let matcher = PatternMatcher(try Pattern(sample.pattern))
        for text in sample.matching { #expect(matcher.matches(text), "“\(sample.pattern)” in “\(text)”") }
        for text in sample.notMatching { #expect(!matcher.matches(text), "“\(sample.pattern)” in “\(text)”") }
    }

    @Test(arguments: [
        "(", ")", "a**b)", "[a", "a{2", "a{3,2}", "a{999}", "*", "a|*", #"\"#, #"\1"#, "(?=a)", "(?<n>a)", "[é]",
        "[b-a]",
        "((((a{99}){99}){99}){99})", String(repeating: "(", count: 100),
    ])
    func whatIsNoPatternIsRefused(text: String) {
        #expect(throws: PatternError.self) { try Pattern(text) }
    }

    /// In an engine that backtracks each of these takes longer than the age of the universe.
    @Test(arguments: ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "(x+x+)+y"])
    func timeIsProportionalToTheText(text: String) throws {
        let matcher = PatternMatcher(try Pattern(text))
        #expect(!matcher.matches(String(repeating: "a", count: 50_000) + "!"))
    }

    @Test func statesAreForgottenWhenThereAreTooMany() throws {
        // Needs 2 to the power of 13 states if all are kept.
        let matcher = PatternMatcher(try Pattern("a[ab]{12}c"))
        var generator = SystemRandomNumberGenerator()
        let text = String((0..<50_000).map { _ in Bool.random(using: &generator) ? "a" : "b" })
        #expect(!matcher.matches(text))
        #expect(matcher.matches(text + "abbbbbbbbbbbbc"))
    }
}
