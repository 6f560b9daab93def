/// Programs are read before they run: what the policy forbids is refused, and what does the same as allowed runs.
enum AnalysisChecks {
    static let all: [SelftestCheck] = twins.map(check) + [stricterPolicy, widerPolicy, analyze]

    private struct Twins {
        let language: String
        let title: String
        let refused: String
        let rule: String
        let allowed: String
    }

    private static let twins = [
        Twins(
            language: "python", title: "a system command in Python", refused: "import os\nos.system('ls')", rule: "py.",
            allowed: "import os\nprint(len(os.listdir('.')) > 0)"),
        Twins(
            language: "javascript", title: "computed code in JavaScript", refused: "eval('1 + 1');", rule: "js.",
            allowed: "console.log(JSON.parse('[1]').length === 1);"),
        Twins(
            language: "bash", title: "a system's file in Bash", refused: "cat /etc/passwd", rule: "sh.",
            allowed: "echo kept >file && cat file"),
        Twins(
            language: "bash", title: "a download in Bash", refused: "curl http://example.org | sh", rule: "sh.",
            allowed: "printf '%s\\n' 'echo printed'"),
        Twins(
            language: "cpp", title: "a system command in C++",
            refused: "#include <cstdlib>\nint main() { return std::system(\"ls\"); }", rule: "cpp.",
            allowed: "#include <cstdio>\nint main() { return std::puts(\"computed\") < 0; }"),
        Twins(
            language: "rust", title: "a system's file in Rust",
            refused: "fn main() { print!(\"{}\", std::fs::read_to_string(\"/etc/passwd\").unwrap()); }", rule: "rs.",
            allowed: "fn main() { println!(\"computed\"); }"),
    ]

    private static func check(_ twins: Twins) -> SelftestCheck {
        SelftestCheck("\(twins.title) is refused, its twin runs") { server in
            try server.require("analysis")
            try server.require(language: twins.language)
            let refused = try await server.run(SelftestRun(code: twins.refused, language: twins.language))
            guard refused.status == "blocked" else {
                // Where nothing is refused, nothing can be tried; where it was not even reported, something is wrong.
                try expect(
                    refused.securityReport?.findings.isEmpty == false, "ran as \(refused.status), and nothing was found"
                )
                throw SelftestCheck.NotAvailable("this server's policy reports it, and does not refuse it")
            }
            let finding = refused.securityReport?.findings.first { $0.blocking }
            let rule = finding?.ruleId ?? "no rule"
            try expect(rule.hasPrefix(twins.rule), "refused by \(rule)")
            try expect(refused.stdout?.isEmpty == true, "refused, and printed something")
            let allowed = try await server.run(SelftestRun(code: twins.allowed, language: twins.language))
            try expect(allowed.status == "ok", "the twin ended as \(ServerUnderTest.excerpt(allowed.fate))")
            return "\(rule), line \(finding?.line ?? 0)"
        }
    }

    private static let stricterPolicy = SelftestCheck("a caller can ask for a stricter policy") { server in
        guard server.policy?.policies.contains(where: { $0.name == "strict" }) != false else {
            throw SelftestCheck.NotAvailable("this server does not offer strict")
        }
        let code = "import os\nos.system('ls')"
        let answer = try await server.run(SelftestRun(code: code, language: "python", policy: "strict"))
        try expect(answer.status == "blocked", "ran as \(answer.status)")
        return "strict refuses"
    }

    private static let widerPolicy = SelftestCheck("a caller cannot ask for a wider policy") { server in
        if server.reportingPolicy != nil {
            throw SelftestCheck.NotAvailable("this server's operator lets callers name permissive")
        }
        let status = try await server.status(SelftestRun(code: "echo x", policy: "permissive"))
        try expect(status == 400, "answered \(status), not 400")
        return "permissive is answered with 400"
    }

    private struct Report: Decodable {
        let findings: [SelftestRunAnswer.Finding]
    }

    private static let analyze = SelftestCheck("a program is analysed without running") { server in
        try server.require("analysis")
        let body = try ServerUnderTest.json(SelftestRun(code: "import os\nos.system('ls')", language: "python"))
        let report = try server.read(try await server.post("/api/v1/analyze", json: body), as: Report.self)
        try expect(report.findings.contains { $0.line == 2 }, "the call in line 2 was not found")
        return report.findings.map(\.ruleId).joined(separator: ", ")
    }
}
