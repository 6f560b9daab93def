/// What a server must have before anything else: it answers, it is isolated, it runs programs.
enum SystemChecks {
    static let all: [SelftestCheck] =
        [health, ready, isolation, layers, system] + programs.map(runs)

    private static let health = SelftestCheck("the server is healthy") { server in
        let health = try server.read(try await server.get("/health"), as: ServerUnderTest.Health.self)
        try expect(health.status == "ok", "its status is \(health.status)")
        return "version \(health.version), up \(Int(health.uptimeSeconds)) s"
    }

    private static let ready = SelftestCheck("it would accept a run now") { server in
        let answer = try await server.get("/ready")
        try expect(answer.status == 200, "answered \(answer.status): \(ServerUnderTest.excerpt(answer.text))")
        return "ready"
    }

    private static let isolation = SelftestCheck("programs are isolated by the kernel") { server in
        let isolation = try server.read(try await server.get("/health"), as: ServerUnderTest.Health.self).isolation
        try expect(["namespaces", "landlock"].contains(isolation.level), "the level is \(isolation.level)")
        return "level \(isolation.level)"
    }

    /// Which layers there can be depends on the machine; no sandbox of ours is without this one.
    private static let layers = SelftestCheck("its layers are in force") { server in
        let layers = try server.read(try await server.get("/health"), as: ServerUnderTest.Health.self).isolation.layers
        try expect(layers["seccomp"] == "enforced", "seccomp is \(layers["seccomp"] ?? "not there")")
        return layers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    private struct System: Decodable {
        struct Facts: Decodable {
            let distribution: String
            let kernel: String
        }

        let system: Facts
    }

    private static let system = SelftestCheck("the monitor tells the machine") { server in
        try server.require("system")
        let system = try server.read(try await server.get("/api/v1/system"), as: System.self).system
        return "\(system.distribution), kernel \(system.kernel)"
    }

    // MARK: Languages

    private struct Program {
        let language: String
        let title: String
        let code: String
    }

    /// Each computes, uses its standard library, and reads its input and arguments.
    private static let programs = [
        Program(
            language: "python", title: "Python",
            code: "import math, sys\nprint(math.factorial(5) + int(input()), sys.argv[1])"),
        Program(
            language: "javascript", title: "JavaScript",
            code: """
                const input = require('fs').readFileSync(0, 'utf8');
                console.log([1, 2, 3, 4, 5].reduce((a, b) => a * b) + parseInt(input), process.argv[2]);
                """),
        Program(language: "bash", title: "Bash", code: "read -r n\necho \"$((1 * 2 * 3 * 4 * 5 + n)) $1\""),
        Program(
            language: "cpp", title: "C++",
            code: """
                #include <iostream>
                #include <numeric>
                #include <vector>
                int main(int, char **arguments) {
                    std::vector<int> factors{1, 2, 3, 4, 5};
                    int n;
                    std::cin >> n;
                    std::cout << std::accumulate(factors.begin(), factors.end(), 1, std::multiplies<>()) + n << ' '
                              << arguments[1] << std::endl;
                }
                """),
        Program(
            language: "rust", title: "Rust",
            code: """
                use std::io::Read;
                fn main() {
                    let mut input = String::new();
                    std::io::stdin().read_to_string(&mut input).unwrap();
                    let n: u32 = input.trim().parse().unwrap();
                    println!("{} {}", (1..=5u32).product::<u32>() + n, std::env::args().nth(1).unwrap());
                }
                """),
    ]

    private static func runs(_ program: Program) -> SelftestCheck {
        SelftestCheck("\(program.title) runs") { server in
            try server.require(language: program.language)
            let answer = try await server.run(
                SelftestRun(code: program.code, language: program.language, stdin: "22\n", args: ["argument"]),
                printing: "142 argument\n")
            let version = server.health?.languages[program.language] ?? nil
            let time = answer.usage.map { ", \(Int($0.wallMs.rounded())) ms" } ?? ""
            return (version ?? "runs") + time
        }
    }
}
