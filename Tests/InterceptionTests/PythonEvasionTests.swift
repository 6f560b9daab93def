import Testing

@testable import Interception

/// Ways to say `os.system` or `eval` without writing it, each beside a twin that is harmless.
@Suite struct PythonEvasionTests {
    @Test(arguments: [
        "import os\nos.system(c)", "import os as o\no.system(c)", "from os import system as s\ns(c)",
        "from os import *\nsystem(c)", "import posix\nposix.system(c)", "__import__('os').system(c)",
        "__import__('so'[::-1]).system(c)", "import importlib as i\ni.import_module('os').system(c)",
        "import os\ngetattr(os, 'sys' 'tem')(c)", "import os\ngetattr(os, 'metsys'[::-1])(c)",
        "import os\ngetattr(os, ''.join(['s','y','s','t','e','m']))(c)",
        "import os\ngetattr(os, ''.join(map(chr, [115,121,115,116,101,109])))(c)",
        "import os\ngetattr(os, '%stem' % 'sys')(c)", "import os\ngetattr(os, '{}{}'.format('sys', 'tem'))(c)",
        "import os\ngetattr(os, f'{\"sys\"}tem')(c)",
        "import os\ngetattr(os, bytes.fromhex('73797374656d').decode())(c)",
        "import os, base64\ngetattr(os, base64.b64decode('c3lzdGVt').decode())(c)",
        "import os, codecs\ngetattr(os, codecs.decode('flfgrz', 'rot13'))(c)",
        "import os\nn = 'sys' + 'tem'\ngetattr(os, n)(c)", "import os\nos.__dict__['system'](c)",
        "import os\nvars(os)['system'](c)", "import sys\nsys.modules['os'].system(c)", "import os\nf = os.system\nf(c)",
        "import os\nf = g = os.system\ng(c)", "import os\n(f := os.system)(c)", "import os\nlist(map(os.system, [c]))",
        "import os\n[os.system][0](c)", "import os\n@os.system\ndef f(): pass", "import os\nos.system.__call__(c)",
        "import os\ndef system(): pass\nos.system(c)", "import os\nclass A:\n  os = 1\nos.system(c)",
        "import os\nsorted([c], key=os.system)", "import os\ngetattr(os, chr(115) + 'ystem')(c)",
        "import os\nos.\\\nsystem(c)", "import os\nos . system (c)",
        "import os\nx = lambda: os.system(c)",
        "import os\ngetattr(os, " + (0..<6).map { "'\(Array("system")[$0])'" }.joined(separator: "+") + ")(c)",
    ])
    func osSystemIsFound(code: String) async throws {
        #expect(try await InterceptorFixture().rules(matching: code, .python).contains("py.process.os-system"))
    }

    @Test(arguments: [
        "import platform\nplatform.system()", "class A:\n  def system(self): pass\nA().system()", "x = 'os.system(1)'",
        "# os.system(c)", "import os\nos.path.join('a', 'b')", "import os\ngetattr(os, 'getcwd')()",
    ])
    func whatOnlyLooksSoIsNot(code: String) async throws {
        #expect(try await !InterceptorFixture().rules(matching: code, .python).contains("py.process.os-system"))
    }

    @Test(arguments: [
        "eval(x)", "𝒆𝒗𝒂𝒍(x)", "ｅｖａｌ(x)", "__builtins__.eval(x)", "import builtins as b\nb.eval(x)",
        "getattr(__builtins__, 'ev' + 'al')(x)", "globals()['__builtins__'].eval(x)", "def eval(y): pass\neval(x)",
        "class A:\n  def eval(self): pass\neval(x)", "eval = eval\neval(x)", "f(g=eval)", "e = [eval]",
    ])
    func evalIsFound(code: String) async throws {
        #expect(try await InterceptorFixture().rules(matching: code, .python).contains("py.injection.eval"))
    }

    /// A chain may be as long as a program: nothing in it is out of sight.
    @Test func longSumsAreFolded() async throws {
        let path = "/etc/passwd" + String(repeating: "/.", count: 500)
        let sum = path.map { "'\($0)'" }.joined(separator: " + ")
        #expect(
            try await InterceptorFixture().rules(matching: "open(\(sum))", .python).contains("py.files.system-path"))
    }

    @Test func keywordsInADictionaryCount() async throws {
        let code = "import subprocess\nsubprocess.run(c, **{'shell': True})"
        #expect(try await InterceptorFixture().rules(matching: code, .python).contains("py.process.subprocess-shell"))
    }
}
