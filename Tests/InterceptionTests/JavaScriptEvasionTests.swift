import Testing

@testable import Interception

/// Ways to reach `child_process.exec` or `eval` without writing it, each beside a twin that is harmless.
@Suite struct JavaScriptEvasionTests {
    @Test(arguments: [
        "require('child_process').exec(c)", "const {exec: e} = require('node:child_process'); e(c)",
        "import {exec} from 'child_process'; exec(c)", "import * as p from 'child_process'; p.exec(c)",
        "require('child_' + 'process')['ex' + 'ec'](c)", "const m = `child_${'process'}`; require(m).exec(c)",
        "process.mainModule.require('child_process').exec(c)", "process.getBuiltinModule('child_process').exec(c)",
        "const r = require; r('child_process').exec(c)", "require(atob('Y2hpbGRfcHJvY2Vzcw==')).exec(c)",
        "require(['child', 'process'].join('_')).exec(c)",
        "require('ssecorp_dlihc'.split('').reverse().join('')).exec(c)",
        "require(Buffer.from('6368696c645f70726f63657373', 'hex').toString()).exec(c)",
        "require('\\x63hild_process').exec(c)", "(await import('child_process')).exec(c)",
        "const {exec} = await import('child_process'); exec(c)", "require('child_process').exec.call(null, c)",
        "const f = require('child_process').exec; f(c)", "[c].map(require('child_process').execSync)",
    ])
    func execIsFound(code: String) async throws {
        #expect(
            try await InterceptorFixture().rules(matching: code, .javascript).contains { $0.hasPrefix("js.process.") })
    }

    @Test(arguments: ["/a/.exec(s)", "db.exec('select 1')", "const exec = 1; exec + 1", "// require('child_process')"])
    func whatOnlyLooksSoIsNot(code: String) async throws {
        #expect(
            try await !InterceptorFixture().rules(matching: code, .javascript).contains { $0.hasPrefix("js.process.") })
    }

    @Test(arguments: [
        "eval(x)", "(0, eval)(x)", "globalThis['ev' + 'al'](x)", "window.eval(x)", "\\u0065val(x)", "\\u{65}val(x)",
        "const e = eval; e(x)", "new Function('a', b)()", "Function(b)()", "function eval() {} eval(x)",
        "[x].map(eval)",
    ])
    func evalIsFound(code: String) async throws {
        #expect(
            try await InterceptorFixture().rules(matching: code, .javascript).contains { $0.hasPrefix("js.injection.") }
        )
    }
}
