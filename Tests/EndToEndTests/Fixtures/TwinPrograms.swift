import Testing

/// A program that `standard` refuses, and one that does the same the way that is allowed.
struct TwinPrograms: Sendable, CustomTestStringConvertible {
    let language: String
    let refused: String
    /// Where the first finding is that refuses it.
    let line: Int
    let rule: String
    let allowed: String
    let output: String

    var testDescription: String { language }

    static let all = [
        TwinPrograms(
            language: "python", refused: "import os\nos.system('echo ran')", line: 2, rule: "py.",
            allowed: "import os\nprint(sorted(os.listdir('.')))", output: "['main.py']\n"),
        TwinPrograms(
            language: "javascript", refused: "const say = 'ran';\n\neval('console.log(say)');", line: 3, rule: "js.",
            allowed: "console.log(JSON.parse('[1, 2]').length);", output: "2\n"),
        TwinPrograms(
            language: "bash", refused: "echo ran\ncat /etc/passwd", line: 2, rule: "sh.",
            allowed: "echo kept >file\ncat file", output: "kept\n"),
        TwinPrograms(
            language: "cpp",
            refused: "#include <cstdlib>\nint main() {\n    return std::system(\"echo ran\");\n}", line: 3,
            rule: "cpp.",
            allowed: "#include <cstdio>\nint main() {\n    std::puts(\"computed\");\n}", output: "computed\n"),
        TwinPrograms(
            language: "rust",
            refused: "fn main() {\n    println!(\"{}\", std::fs::read_to_string(\"/etc/passwd\").unwrap());\n}",
            line: 2, rule: "rs.", allowed: "fn main() {\n    println!(\"computed\");\n}", output: "computed\n"),
    ]
}

/// What the documents of this server's predecessor say is blocked and allowed, one program for each thing that they name.
enum PredecessorsLists {
    struct Program: Sendable, CustomTestStringConvertible {
        let language: String
        let code: String
        var testDescription: String { "\(language): \(code)" }

        init(_ language: String, _ code: String) {
            self.language = language
            self.code = code
        }
    }

    static let blocked = [
        Program("python", "print(open('/dev/mem').read())"), Program("python", "print(open('/proc/1/environ').read())"),
        Program("bash", "ls /sys/kernel"), Program("javascript", "require('fs').readFileSync('/etc/passwd')"),
        Program("bash", "curl http://example.org"), Program("bash", "wget http://example.org"),
        Program("python", "import requests\nrequests.get('http://example.org')"),
        Program("javascript", "fetch('http://example.org')"), Program("bash", "sudo ls"), Program("bash", "reboot"),
        Program("bash", "kill -9 1"), Program("bash", "rm -rf /"), Program("python", "eval(input())"),
        Program("python", "exec(input())"), Program("python", "import os\nos.system('ls')"),
        Program("bash", "chmod 777 file"), Program("bash", "chown root file"),
        Program("python", "import os\nos.setuid(0)"),
    ]

    static let allowed = [
        Program("python", "import math, statistics\nprint(math.sqrt(2), statistics.mean([1, 2, 3]))"),
        Program("javascript", "console.log([3, 1, 2].map((x) => x * 2).reduce((a, b) => a + b))"),
        Program("python", "open('out.txt', 'w').write('x')\nprint(open('out.txt').read())"),
        Program("bash", "mkdir -p a/b && echo x >a/b/c && cat a/b/c && rm -rf a"),
        Program("python", "import json, re, collections, datetime, random, itertools\nprint(json.dumps({'a': 1}))"),
        Program("javascript", "const path = require('path');\nconsole.log(path.join('a', 'b'))"),
        Program("bash", "for i in 1 2 3; do echo \"$i\"; done; printf '%s\\n' done"),
        Program("python", "def sort(x):\n    return sorted(x)\nprint(sort([3, 1, 2]), 2 in [1, 2])"),
    ]
}
