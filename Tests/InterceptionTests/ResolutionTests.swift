import Testing

@testable import Interception

/// What a name stands for, in the ways in which C++ and Rust can hide it.
@Suite struct ResolutionTests {
    private static let catalog = Result { try RuleCatalog() }

    private func rules(in code: String, _ language: SourceLanguage) async throws -> Set<String> {
        let policy = Policy(
            name: "report", summary: "Reports.", blockingScore: nil, blockingCategories: [:],
            blocksIncompleteAnalysis: false)
        let report = await Interceptor(rules: try Self.catalog.get().rules).analyze(
            code, language: language, policy: policy)
        return Set(report.findings.map(\.ruleID.text))
    }

    @Test(arguments: [
        "int main() { system(\"ls\"); }",
        "#include <cstdlib>\nint main() { std::system(\"ls\"); }",
        "int main() { ::system(\"ls\"); }",
        "using namespace std;\nint main() { system(\"ls\"); }",
        "#define S system\nint main() { S(\"ls\"); }",
        "#define T system\n#define S T\nint main() { S(\"ls\"); }",
        "#define RUN(x) system(x)\nint main() { RUN(\"ls\"); }",
        "int main() { auto f = &system; f(\"ls\"); }",
        "int main() { int (*f)(const char*) = system; f(\"ls\"); }",
        "int main() { (*system)(\"ls\"); }",
        "int main() { (system)(\"ls\"); }",
        "void run(int (*f)(const char*));\nint main() { run(system); }",
        "int main() { sys\\\ntem(\"ls\"); }",
        "void other() { int system = 1; }\nint main() { auto f = system; f(\"ls\"); }",
    ])
    func systemIsFoundHoweverCppNamesIt(code: String) async throws {
        #expect(try await rules(in: code, .cpp).contains("cpp.process.shell"))
    }

    @Test(arguments: [
        "struct A { void system(); };\nint main() { A a; a.system(); }",
        "int main() { int system = 1; return system; }",
        "void show(int);\nint main() { int system = 1; show(system); }",
        "// system(\"ls\")\nint main() {}",
        "int main() { const char* s = \"system\"; }",
        "int ecosystem(int);\nint main() { ecosystem(1); }",
    ])
    func otherThingsOfThatNameAreNotTheShell(code: String) async throws {
        #expect(try await !rules(in: code, .cpp).contains("cpp.process.shell"))
    }

    @Test func lineSplicesKeepThePlaceInTheSubmittedSource() async throws {
        let policy = Policy(
            name: "report", summary: "Reports.", blockingScore: nil, blockingCategories: [:],
            blocksIncompleteAnalysis: false)
        let code = "#define A \\\n 1\nint main() {\n  system(\"ls\"); }"
        let report = await Interceptor(rules: try Self.catalog.get().rules).analyze(
            code, language: .cpp, policy: policy)
        let finding = try #require(report.findings.first { $0.ruleID.text == "cpp.process.shell" })
        #expect(finding.location.line == 4)
        #expect(finding.location.column == 3)
    }

    @Test(arguments: [
        "#include \"net.h\"\nint main() { connect(1, 0, 0); }",
        "extern \"C\" int connect(int, const void*, unsigned);\nint main() { connect(1, 0, 0); }",
        "#include <sys/socket.h>\nstruct A { int connect(int); };\nint main() { connect(1, 0, 0); }",
        "#define H <sys/socket.h>\n#include H\nint main() { connect(1, 0, 0); }",
        "bool connect(int);\nint main() { ::connect(1, 0, 0); }",
    ])
    func ordinaryWordIsTheNetworkWhereItIsDeclared(code: String) async throws {
        #expect(try await rules(in: code, .cpp).contains("cpp.network.socket"))
    }

    @Test(arguments: [
        "use std::process::Command;\nfn main() { Command::new(\"ls\"); }",
        "use std::process::Command as C;\nfn main() { C::new(\"ls\"); }",
        "use std::process;\nfn main() { process::Command::new(\"ls\"); }",
        "use std::{process::{self, Command as K}};\nfn main() { K::new(\"ls\"); }",
        "use std::process::*;\nfn main() { Command::new(\"ls\"); }",
        "use std as s;\nfn main() { s::process::Command::new(\"ls\"); }",
        "type K = std::process::Command;\nfn main() { K::new(\"ls\"); }",
        "fn main() { <std::process::Command>::new(\"ls\"); }",
        "fn main() { ::std::process::Command::new(\"ls\"); }",
        "fn main() { std :: process :: Command :: new(\"ls\"); }",
        "fn main() { let f = std::process::Command::new; f(\"ls\"); }",
        "fn main() { [\"ls\"].iter().map(std::process::Command::new); }",
        "fn main() { println!(\"{:?}\", std::process::Command::new(\"ls\").output()); }",
        "use std::process::Command;\nfn main() { assert!(Command::new(\"ls\").status().is_ok()); }",
        "use std::r#process::Command;\nfn main() { Command::new(\"ls\"); }",
    ])
    func commandIsFoundHoweverRustNamesIt(code: String) async throws {
        #expect(try await rules(in: code, .rust).contains("rs.process.command"))
    }

    @Test(arguments: [
        "struct Command;\nimpl Command { fn new(_: &str) {} }\nfn main() { Command::new(\"ls\"); }",
        "use clap::Command;\nfn main() { Command::new(\"ls\"); }",
        "fn main() { println!(\"std::process::Command::new\"); }",
    ])
    func otherCommandsAreNotTheProcess(code: String) async throws {
        #expect(try await !rules(in: code, .rust).contains("rs.process.command"))
    }

    /// The path is put together; the finding is the same.
    @Test(arguments: [
        (SourceLanguage.cpp, "int main() { fopen(\"/et\" \"c/passwd\", \"r\"); }", "cpp.files.system-path"),
        (.cpp, "#define P \"/etc/passwd\"\nint main() { fopen(P, \"r\"); }", "cpp.files.system-path"),
        (
            .cpp, "#include <string>\nint main() { std::ifstream f(std::string(\"/etc/\") + \"passwd\"); }",
            "cpp.files.system-path"
        ),
        (.cpp, "int main() { fopen(\"\\x2f\\x65tc/passwd\", \"r\"); }", "cpp.files.system-path"),
        (.cpp, "int main() { fopen(R\"(/etc/passwd)\", \"r\"); }", "cpp.files.system-path"),
        (.rust, "fn main() { std::fs::read(\"/et\".to_string() + \"c/passwd\"); }", "rs.files.system-path"),
        (.rust, "fn main() { std::fs::read(concat!(\"/et\", \"c/passwd\")); }", "rs.files.system-path"),
        (.rust, "fn main() { std::fs::read(format!(\"{}{}\", \"/et\", \"c/passwd\")); }", "rs.files.system-path"),
        (.rust, "const P: &str = \"/etc/passwd\";\nfn main() { std::fs::read(P); }", "rs.files.system-path"),
        (.rust, "fn main() { std::fs::read(\"\\u{2f}etc/passwd\"); }", "rs.files.system-path"),
        (.bash, "P=/etc; cat $P/passwd", "sh.files.system-path"),
        (.bash, "cat /e\"\"tc/passwd", "sh.files.system-path"),
        (.bash, "cat $(echo /etc)/passwd", "sh.files.system-path"),
        (.bash, "cat /etc/{passwd,group}", "sh.files.system-path"),
    ])
    func joinedPathIsThePath(language: SourceLanguage, code: String, rule: String) async throws {
        #expect(try await rules(in: code, language).contains(rule))
        let harmless = code.replacing("/et", with: "/tm").replacing("/\\x65t", with: "/tm").replacing(
            "\\x2f\\x65tc", with: "tmp"
        )
        .replacing("\\u{2f}etc", with: "tmp").replacing("/e\"\"tc", with: "/tmp")
        #expect(try await !rules(in: harmless, language).contains(rule), "\(harmless)")
    }
}
