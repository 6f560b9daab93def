import Testing

@Suite(.server) struct LanguageTests {
    /// The same program in every language: prints what it was given, each on a line of its own.
    struct Sample: Sendable, CustomTestStringConvertible {
        let language: String
        let code: String
        var testDescription: String { language }

        static let all = [
            Sample(
                language: "python",
                code: """
                    import os, sys
                    print(sys.stdin.read().strip(), sys.argv[1], os.environ["COLOR"], open("data/in.txt").read(), sep="\\n")
                    """),
            Sample(
                language: "javascript",
                code: """
                    const fs = require("fs");
                    console.log(fs.readFileSync(0, "utf8").trim());
                    console.log(process.argv[2]);
                    console.log(process.env.COLOR);
                    console.log(fs.readFileSync("data/in.txt", "utf8"));
                    """),
            Sample(
                language: "bash",
                code: """
                    read -r line
                    printf '%s\\n' "$line" "$1" "$COLOR" "$(<data/in.txt)"
                    """),
            Sample(
                language: "cpp",
                code: """
                    #include <cstdlib>
                    #include <fstream>
                    #include <iostream>
                    #include <string>
                    int main(int, char** arguments) {
                        std::string line, file;
                        std::getline(std::cin, line);
                        std::ifstream("data/in.txt") >> file;
                        std::cout << line << "\\n" << arguments[1] << "\\n" << std::getenv("COLOR") << "\\n" << file << "\\n";
                    }
                    """),
            Sample(
                language: "rust",
                code: """
                    use std::{env, fs, io};
                    fn main() {
                        let mut line = String::new();
                        io::stdin().read_line(&mut line).unwrap();
                        println!("{}", line.trim());
                        println!("{}", env::args().nth(1).unwrap());
                        println!("{}", env::var("COLOR").unwrap());
                        println!("{}", fs::read_to_string("data/in.txt").unwrap());
                    }
                    """),
        ]
    }

    @Test(arguments: Sample.all)
    func everyLanguageReadsItsInputArgumentsEnvironmentAndFiles(_ sample: Sample) async throws {
        let answer = try await ServerProcess.current.api.run(
            RunRequest(
                code: sample.code, language: sample.language, stdin: "from input\n", args: ["an argument; $x"],
                env: ["COLOR": "grün"], files: [.init(path: "data/in.txt", content: "file")]))
        #expect(answer.status == "ok", "\(answer)")
        #expect(answer.success == true)
        #expect(answer.exitCode == 0)
        #expect(answer.stdout == "from input\nan argument; $x\ngrün\nfile\n")
        #expect(answer.stderr == "")
        #expect(try await answer.isolation?.level == ServerProcess.current.api.isolationLevel())
    }

    @Test(
        arguments: [
            ("cpp", "int main() {\n    return missing;\n}\n", "main.cpp:2:", "missing"),
            ("rust", "fn main() {\n    let x: u32 = \"text\";\n}\n", "main.rs:2:", "mismatched types"),
        ])
    func aCompileErrorHasTheCompilersTextAndLine(
        _ language: String, _ code: String, _ line: String, _ text: String
    ) async throws {
        let api = try ServerProcess.current.api
        let answer = try await api.run(RunRequest(code: code, language: language))
        #expect(answer.status == "compile_error")
        #expect(answer.success == false)
        let compile = try #require(answer.compile)
        #expect(compile.exitCode == 1)
        #expect(compile.stderr.contains(line))
        #expect(compile.stderr.contains(text))
        #expect(answer.stdout == "")
        try await api.expectThatTheNextRunWorks()
    }
}
