import Testing

@testable import Interception

/// What the policy `standard` promises to refuse and not to refuse, line by line.
@Suite struct PolicyPromiseTests {
    struct Program: Sendable, CustomTestStringConvertible {
        let language: SourceLanguage
        let code: String

        init(_ language: SourceLanguage, _ code: String) {
            self.language = language
            self.code = code
        }

        var testDescription: String { "\(language): \(code)" }
    }

    private static let catalog = Result { try RuleCatalog() }
    private static let policies = Result { try PolicyCatalog(rules: catalog.get().knownIDs) }
    private static let interceptor = catalog.map { Interceptor(rules: $0.rules) }

    static func report(_ program: Program, policy name: String) async throws -> SecurityReport {
        let policy = try #require(try policies.get()[name: name])
        return try await interceptor.get().analyze(program.code, language: program.language, policy: policy)
    }

    static let systemPaths = ["/dev/mem", "/proc/self/maps", "/sys/kernel/notes", "/etc/passwd"].flatMap { path in
        [
            Program(.python, "print(open('\(path)').read())"),
            Program(.javascript, "console.log(require('fs').readFileSync('\(path)', 'utf8'))"),
            Program(.bash, "cat \(path)"),
            Program(.cpp, "#include <fstream>\nint main() { std::ifstream file(\"\(path)\"); }"),
            Program(.rust, "fn main() { let _ = std::fs::read_to_string(\"\(path)\"); }"),
        ]
    }

    static let network = [
        Program(.bash, "curl http://example.org/"),
        Program(.bash, "wget -q http://example.org/"),
        Program(.python, "import os\nos.system('curl http://example.org/')"),
        Program(.python, "import requests\nrequests.get('http://example.org/')"),
        Program(.python, "import urllib.request\nurllib.request.urlopen('http://example.org/')"),
        Program(.python, "import socket\nsocket.socket().connect(('example.org', 80))"),
        Program(.javascript, "fetch('http://example.org/').then(console.log)"),
        Program(.javascript, "require('http').get('http://example.org/')"),
        Program(.cpp, "#include <sys/socket.h>\nint main() { return socket(2, 1, 0); }"),
        Program(.rust, "use std::net::TcpStream;\nfn main() { let _ = TcpStream::connect(\"example.org:80\"); }"),
    ]

    static let systemCommands = ["sudo ls", "reboot", "kill -9 1", "rm -rf /", "rm -rf /etc", "rm -rf ~"].flatMap {
        command in
        [
            Program(.bash, command),
            Program(.python, "import os\nos.system('\(command)')"),
            Program(.javascript, "require('child_process').execSync('\(command)')"),
            Program(.cpp, "#include <cstdlib>\nint main() { return std::system(\"\(command)\"); }"),
            Program(
                .rust,
                """
                use std::process::Command;
                fn main() { Command::new("sh").arg("-c").arg("\(command)").status(); }
                """
            ),
        ]
    }

    static let injectedCode = [
        Program(.python, "eval(input())"),
        Program(.python, "eval('1 + 1')"),
        Program(.python, "exec(input())"),
        Program(.python, "exec('x = 1')"),
        Program(.python, "import os\nos.system('ls')"),
        Program(.javascript, "eval(process.argv[2])"),
        Program(.javascript, "eval('1 + 1')"),
        Program(.bash, "eval \"$1\""),
    ]

    static let changedRights = [
        Program(.bash, "chmod 777 x"),
        Program(.bash, "chmod -R 777 ."),
        Program(.bash, "chown root x"),
        Program(.bash, "chmod u+s x"),
        Program(.python, "import os\nos.chmod('x', 0o777)"),
        Program(.python, "import os\nos.chown('x', 0, 0)"),
        Program(.python, "import os\nos.setuid(0)"),
        Program(.javascript, "process.setuid(0)"),
        Program(.javascript, "require('fs').chmodSync('x', 0o777)"),
        Program(.cpp, "#include <unistd.h>\nint main() { return setuid(0); }"),
        Program(.cpp, "#include <sys/stat.h>\nint main() { return chmod(\"x\", 0777); }"),
        Program(.rust, "extern crate libc;\nfn main() { unsafe { libc::setuid(0); } }"),
    ]

    @Test(arguments: systemPaths + network + systemCommands + injectedCode + changedRights)
    func standardRefusesWhatItSays(program: Program) async throws {
        let report = try await Self.report(program, policy: "standard")
        #expect(report.decision == .block)
        #expect(report.reason != nil)
    }

    @Test(arguments: systemPaths + network + systemCommands + injectedCode + changedRights)
    func strictRefusesItTooAndPermissiveOnlyReportsIt(program: Program) async throws {
        #expect(try await Self.report(program, policy: "strict").decision == .block)
        let permissive = try await Self.report(program, policy: "permissive")
        #expect(permissive.decision == .allow)
        #expect(!permissive.findings.isEmpty)
    }
}
