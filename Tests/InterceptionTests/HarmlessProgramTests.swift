import Testing

@testable import Interception

/// Code that was once reported wrongly; each beside the twin that must still be.
@Suite struct HarmlessProgramTests {
    struct Pair: Sendable {
        var language = SourceLanguage.python
        var rule: String
        var harmless: String
        var harmful: String
    }

    @Test(arguments: [
        Pair(
            rule: "any.obfuscation.encoded-code", harmless: "x = 'openURL({})'.format('http://example.org')",
            harmful: "x = bytes.fromhex('6f732e73797374656d2822696422293b20696d706f7274206f73').decode()"),
        Pair(
            rule: "py.obfuscation.dunder-text", harmless: "def f():\n  \"\"\"Looks at __bases__ and __mro__.\"\"\"",
            harmful: "def f():\n  \"\"\"__globals__\"\"\"\ngetattr(f, f.__doc__)"),
        Pair(
            rule: "py.network.reverse-shell", harmless: "import os\nos.dup2(log, 1)",
            harmful: "import os\nos.dup2(s.fileno(), 1)"),
        Pair(
            rule: "py.native.code-objects", harmless: "import types\nisinstance(f, types.FunctionType)",
            harmful: "import types\ntypes.FunctionType(c, {})"),
        Pair(
            rule: "py.obfuscation.computed-attribute", harmless: "import sys\ngetattr(sys, name)",
            harmful: "import os\ngetattr(os, name)"),
        Pair(
            rule: "py.resources.unbounded-memory",
            harmless: "try:\n  while True:\n    x.append(next(i))\nexcept StopIteration: pass",
            harmful: "while True:\n  x.append(1)"),
        Pair(
            rule: "py.resources.unbounded-memory", harmless: "while True:\n  x.append(q.get())",
            harmful: "while True:\n  x += 'aaaa'"),
        Pair(
            rule: "py.information.whole-environment", harmless: "import os\nenv = dict(os.environ)",
            harmful: "import os, json\njson.dumps(dict(os.environ))"),
        Pair(
            language: .javascript, rule: "js.network.client", harmless: "function fetch(x) { return x }\nfetch(1)",
            harmful: "function g() { function fetch(x) { return x } }\nfetch('http://x')"),
    ])
    func onlyWhatIsMeantIsFound(pair: Pair) async throws {
        let fixture = try InterceptorFixture()
        #expect(try await !fixture.rules(matching: pair.harmless, pair.language).contains(pair.rule))
        #expect(try await fixture.rules(matching: pair.harmful, pair.language).contains(pair.rule))
    }
}
