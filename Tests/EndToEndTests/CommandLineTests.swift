import Foundation
import Testing

@Suite struct CommandLineTests {
    @Test(
        arguments: [
            ("exit 0", [], 0, ""), ("exit 3", [], 3, "nonzero_exit"), ("kill -SEGV $$", [], 139, "signaled"),
            ("sleep 600", ["--timeout", "0.5"], 124, "time_limit"), ("yes", [], 123, "output_limit"),
        ] as [(String, [String], Int32, String)])
    func theExitStatusOfRunTellsTheProgramsFate(
        _ code: String, _ options: [String], _ status: Int32, _ summary: String
    ) async throws {
        try await ScratchFolder.with { folder in
            let path = try folder.write("echo before\n\(code)\n", to: "program.sh")
            // One of the programs signals itself, which the other policies refuse.
            let ended = try await SandmartinExecutable.run(["run", path, "--policy", "permissive"] + options)
            #expect(ended.status == status, "\(ended.standardError)")
            #expect(ended.standardOutput.hasPrefix("before\n"))
            #expect(ended.standardError.isEmpty == summary.isEmpty)
            #expect(ended.standardError.contains(summary) || summary.isEmpty)
        }
    }

    @Test func aProgramThatDoesNotCompileHasAStatusOfItsOwn() async throws {
        try await ScratchFolder.with { folder in
            let path = try folder.write("int main() { return missing; }", to: "program.cpp")
            let ended = try await SandmartinExecutable.run(["run", path], environment: ["COMPILE_TIMEOUT": "120"])
            #expect(ended.status == 126)
            #expect(ended.standardError.contains("main.cpp:1:"))
        }
    }

    @Test func whatSandmartinCannotUseHasAStatusOfItsOwn() async throws {
        let ended = try await SandmartinExecutable.run(["run", "/nowhere/program.py"])
        #expect(ended.status == 125)
        #expect(ended.standardError.contains("/nowhere/program.py"))
    }

    @Test func aProgramOnStandardInputHasTheLanguageThatIsNamed() async throws {
        let ended = try await SandmartinExecutable.run(
            ["run", "-", "--language", "javascript", "--", "one", "two"],
            input: "console.log(process.argv.slice(2).join('+'))")
        #expect(ended.status == 0, "\(ended.standardError)")
        #expect(ended.standardOutput == "one+two\n")
    }

    @Test func theProgramsInputIsAFileOrOurs() async throws {
        try await ScratchFolder.with { folder in
            let program = try folder.write("cat", to: "cat.sh")
            let input = try folder.write("from a file", to: "input")
            let fromFile = try await SandmartinExecutable.run(["run", program, "--stdin", input])
            #expect(fromFile.standardOutput == "from a file")
            let fromUs = try await SandmartinExecutable.run(["run", program, "--stdin", "-"], input: "from us")
            #expect(fromUs.standardOutput == "from us")
        }
    }

    @Test func theJSONOfRunHasTheFieldsOfTheAPI() async throws {
        let ended = try await SandmartinExecutable.run(
            ["run", "-", "--language", "bash", "--json"], input: "echo same")
        #expect(ended.status == 0)
        let overHTTP = try await ServerProcess.with { server in
            try await server.api.post(RunRequest(code: "echo same"))
        }
        let fromCommand = try Self.object(Array(ended.standardOutput.utf8))
        let fromAPI = try Self.object(overHTTP.body)
        #expect(Self.paths(fromCommand) == Self.paths(fromAPI))
        #expect(fromCommand["stdout"] as? String == "same\n")
        #expect(fromCommand["status"] as? String == "ok")
    }

    @Test func doctorFindsNothingMissingHere() async throws {
        let text = try await SandmartinExecutable.run(["doctor"])
        #expect(text.status == 0, "\(text.standardOutput)")
        #expect(text.standardOutput.contains("namespaces"))
        #expect(text.standardOutput.hasSuffix("nothing is missing\n"))
        let json = try await SandmartinExecutable.run(["doctor", "--json"])
        #expect(json.status == 0)
        let checks = try #require(try Self.object(Array(json.standardOutput.utf8))["checks"] as? [[String: Any]])
        #expect(checks.contains { $0["name"] as? String == "level" && $0["state"] as? String == "ok" })
        #expect(!checks.contains { $0["state"] as? String == "missing" })
    }

    @Test func doctorNamesTheFixOfWhatIsMissing() async throws {
        let ended = try await SandmartinExecutable.run(["doctor", "--set", "max_memory_mb=x"])
        #expect(ended.status == 1)
        #expect(ended.standardOutput.contains("max_memory_mb"))
        #expect(ended.standardOutput.contains("fix"))
    }

    @Test(arguments: [["serve"], ["run"], ["analyze"], ["doctor"], ["selftest"], []])
    func theHelpOfEveryVerbHasExamples(_ verb: [String]) async throws {
        let ended = try await SandmartinExecutable.run(verb + ["--help"])
        #expect(ended.status == 0)
        #expect(ended.standardOutput.contains("Examples:"))
        #expect(ended.standardOutput.contains((["sandmartin"] + verb).joined(separator: " ")))
    }

    @Test func aWrongSettingStopsTheServerWithAStatusOfItsOwn() async throws {
        let ended = try await SandmartinExecutable.run(["serve", "--port", "70000"])
        #expect(ended.status == 78)
        #expect(ended.standardError.contains("--port"))
    }

    private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    /// The names of all members, inner ones behind those that hold them.
    private static func paths(_ object: [String: Any], under prefix: String = "") -> Set<String> {
        object.reduce(into: []) { paths, member in
            paths.insert(prefix + member.key)
            if let inner = member.value as? [String: Any] {
                paths.formUnion(Self.paths(inner, under: "\(prefix)\(member.key)."))
            }
        }
    }
}
