import Testing

@testable import Interception

/// Programs that the policy `standard` must never refuse.
@Suite struct AllowedProgramTests {
    typealias Program = PolicyPromiseTests.Program

    static let computation = [
        Program(.python, "import math\nprint(math.sqrt(2), sum(n * n for n in range(1000)))"),
        Program(.javascript, "const squares = [...Array(10).keys()].map(n => n * n); console.log(squares)"),
        Program(.bash, "total=0; for n in 1 2 3; do total=$((total + n)); done; echo \"$total\""),
        Program(
            .cpp,
            "#include <iostream>\n#include <numeric>\n#include <vector>\nint main() { std::vector<int> v(10); "
                + "std::iota(v.begin(), v.end(), 0); std::cout << std::accumulate(v.begin(), v.end(), 0); }"),
        Program(.rust, "fn main() { let sum: u64 = (1..=100u64).map(|n| n * n).sum(); println!(\"{}\", sum); }"),
    ]

    static let files = [
        Program(.python, "with open('out.txt', 'w') as f: f.write('x')\nprint(open('data/in.csv').read())"),
        Program(.python, "import os, shutil\nos.makedirs('build'); shutil.rmtree('build'); os.remove('x')"),
        Program(.python, "import tempfile\nwith tempfile.TemporaryDirectory() as d: open(d + '/x', 'w')"),
        Program(.python, "import sys\nopen('/dev/null', 'w'); open('/dev/stdin').read()"),
        Program(.javascript, "const fs = require('fs'); fs.writeFileSync('out.txt', 'x'); fs.unlinkSync('out.txt')"),
        Program(.javascript, "const lines = require('fs').readFileSync('/dev/stdin', 'utf8').split('\\n')"),
        Program(.bash, "mkdir -p build && echo x > build/a && cat build/a && rm -rf build"),
        Program(.bash, "ls -l > /dev/null 2>&1; cp a b; mv b c; chmod +x run.sh; chmod 644 c"),
        Program(
            .cpp, "#include <fstream>\nint main() { std::ofstream(\"out.txt\") << 1; std::ifstream in(\"in.txt\"); }"),
        Program(
            .rust,
            "use std::fs;\nfn main() { fs::write(\"out.txt\", \"x\").unwrap(); fs::remove_file(\"out.txt\").unwrap(); }"
        ),
    ]

    static let standardLibraries = [
        Program(
            .python,
            "import collections, itertools, json, re, datetime, random, statistics\nprint(re.compile('a').match('a'))"),
        Program(.python, "import pickle\nprint(pickle.loads(pickle.dumps([1])))"),
        Program(.python, "import threading\nt = threading.Thread(target=print); t.start(); t.join()"),
        Program(.python, "import ast\nprint(ast.literal_eval('[1]'))\nmodel.eval()\ndf.eval('a + b')"),
        Program(.python, "from urllib.parse import urlparse\nprint(urlparse('http://example.org/').path)"),
        Program(.python, "import os\nprint(os.environ.get('HOME'), os.getcwd(), os.path.join('a', 'b'))"),
        Program(.javascript, "const path = require('path'), util = require('util'); console.log(path.join('a', 'b'))"),
        Program(.javascript, "console.log(/a(b)/.exec('ab'), process.argv, process.env.HOME); process.exit(0)"),
        Program(.bash, "sort x | uniq -c | sort -rn | head -5; grep -c a x; awk '{print $1}' x; sed 's/a/b/' x; date"),
        Program(.bash, "find . -name '*.c' -exec wc -l {} +; ls | xargs wc -l; tar czf a.tgz x; test -f x && echo y"),
        Program(
            .cpp,
            """
            #include <functional>
            #include <thread>
            int main() { auto f = std::bind([](int x) { return x; }, 1); std::thread t(f); t.join(); }
            """
        ),
        Program(
            .cpp,
            """
            #include <map>
            #include <regex>
            #include <string>
            int main() { std::map<std::string, int> m; m["a"]++; std::regex r("a+"); }
            """
        ),
        Program(
            .rust,
            """
            use std::collections::HashMap;
            use std::net::Ipv4Addr;
            fn main() { let mut m = HashMap::new(); m.insert(1, Ipv4Addr::LOCALHOST); }
            """
        ),
        Program(
            .rust,
            """
            use std::sync::{Arc, Mutex};
            use std::thread;
            fn main() { let m = Arc::new(Mutex::new(0)); thread::spawn(move || { *m.lock().unwrap() += 1;
            }).join().unwrap(); }
            """
        ),
    ]

    static let algorithms = [
        Program(
            .python,
            """
            def sort(a):
                if len(a) < 2:
                    return a
                low = [x for x in a[1:] if x < a[0]]
                return sort(low) + [a[0]] + sort([x for x in a[1:] if x >= a[0]])
            print(sort([3, 1, 2]))
            """
        ),
        Program(.javascript, "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }\nconsole.log(fib(20))"),
        Program(
            .cpp,
            """
            #include <vector>
            std::vector<int> parent(9);
            int find(int x) { return parent[x] == x ? x : find(parent[x]); }

            """
                + "void connect(int a, int b) { parent[find(a)] = find(b); }\nbool accept(int n) { return n > 0; }\n"
                + "int main() { connect(1, 2); return accept(3); }"),
        Program(
            .rust,
            """
            fn main() { let mut v = vec![3, 1, 2]; v.sort_by(|a, b| b.cmp(a)); loop { if v.pop().is_none() {
            break } } }
            """
        ),
        Program(
            .bash, "fact() { if (( $1 < 2 )); then echo 1; else echo $(( $1 * $(fact $(( $1 - 1 ))) )); fi; }; fact 5"),
    ]

    @Test(arguments: computation + files + standardLibraries + algorithms)
    func standardDoesNotRefuseIt(program: Program) async throws {
        let report = try await PolicyPromiseTests.report(program, policy: "standard")
        #expect(report.decision == .allow, "\(report.reason ?? "")")
        #expect(report.riskScore.value < 30, "\(report.findings.map(\.ruleID.text))")
    }
}
