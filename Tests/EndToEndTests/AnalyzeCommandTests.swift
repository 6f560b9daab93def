import Foundation
import Testing

@Suite struct AnalyzeCommandTests {
    @Test(arguments: TwinPrograms.all)
    func ofTwinsOneIsRefusedAndTheOtherAllowed(_ twins: TwinPrograms) async throws {
        let refused = try await SandmartinExecutable.run(
            ["analyze", "-", "--language", twins.language], input: twins.refused)
        #expect(refused.status == 1, "\(refused.standardError)")
        #expect(refused.standardOutput.contains("standard input:\(twins.line):"), "\(refused.standardOutput)")
        for part in ["[refused]", "^^^", "Instead: ", twins.rule] { #expect(refused.standardOutput.contains(part)) }
        #expect(!refused.standardOutput.contains("\u{1B}"))
        let allowed = try await SandmartinExecutable.run(
            ["analyze", "-", "--language", twins.language], input: twins.allowed)
        #expect(allowed.status == 0, "\(allowed.standardOutput)")
        #expect(allowed.standardOutput.contains("allowed by the policy “standard”"))
    }

    @Test(arguments: TwinPrograms.all.prefix(3))
    func runShowsWhyItRefusesAndRunsTheOther(_ twins: TwinPrograms) async throws {
        let arguments = ["run", "-", "--language", twins.language]
        let refused = try await SandmartinExecutable.run(arguments, input: twins.refused)
        #expect(refused.status == 126)
        #expect(refused.standardOutput == "")
        #expect(refused.standardError.contains("standard input:\(twins.line):"))
        #expect(refused.standardError.contains("sandmartin: blocked: the policy “standard” refuses the program: "))
        let allowed = try await SandmartinExecutable.run(arguments, input: twins.allowed)
        #expect(allowed.status == 0, "\(allowed.standardError)")
        #expect(allowed.standardOutput == twins.output)
        #expect(allowed.standardError == "")
    }

    @Test func thePolicyIsChosenOnTheCommandLine() async throws {
        let code = "import os\nos.system('echo ran')"
        let arguments = ["-", "--language", "python", "--policy", "permissive"]
        let ran = try await SandmartinExecutable.run(["run"] + arguments, input: code)
        #expect(ran.status == 0, "\(ran.standardError)")
        #expect(ran.standardOutput == "ran\n")
        let analyzed = try await SandmartinExecutable.run(["analyze"] + arguments, input: code)
        #expect(analyzed.status == 0)
        #expect(analyzed.standardOutput.contains("allowed by the policy “permissive”"))
    }

    @Test(arguments: [
        (["analyze", "/nowhere/a.py"], "/nowhere/a.py"), (["analyze"], "file"),
        (["analyze", "a.py", "--json", "--sarif"], "exclude each other"),
        (["analyze", "a.py", "--colour"], "--colour"),
        (["analyze", "-", "--language", "cobol"], "cobol"), (["analyze", "-"], "--language"),
        (["analyze", "-", "--language", "bash", "--policy", "lax"], "permissive, standard, strict"),
        (["analyze", "-", "--language", "bash", "--set", "port=x"], "port"),
    ])
    func whatCannotBeUsedHasAStatusOfItsOwn(_ arguments: [String], _ says: String) async throws {
        let ended = try await SandmartinExecutable.run(arguments)
        #expect(ended.status == 2)
        #expect(ended.standardOutput == "")
        #expect(ended.standardError.contains(says), "\(ended.standardError)")
    }

    @Test func theJSONIsTheAPIs() async throws {
        let code = "import os\nos.system('ls')"
        let ended = try await SandmartinExecutable.run(["analyze", "-", "--language", "python", "--json"], input: code)
        #expect(ended.status == 1)
        let overHTTP = try await ServerProcess.with { try await $0.api.analyze(code, language: "python") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let fromCommand = try decoder.decode(SecurityReport.self, from: Data(ended.standardOutput.utf8))
        #expect(fromCommand.findings == overHTTP.findings)
        #expect(fromCommand.riskScore == overHTTP.riskScore)
    }

    @Test func theSARIFLogIsJSONWithOneResultForEachFinding() async throws {
        try await ScratchFolder.with { folder in
            let path = try folder.write("import os\nos.system('ls')\n", to: "a b.py")
            let ended = try await SandmartinExecutable.run(["analyze", path, "--sarif"])
            #expect(ended.status == 1)
            let log = try JSONDecoder().decode(SARIF.self, from: Data(ended.standardOutput.utf8))
            #expect(log.version == "2.1.0")
            let run = try #require(log.runs.first)
            #expect(run.tool.driver.rules.count >= 110)
            let result = try #require(run.results.first)
            #expect(run.tool.driver.rules[result.ruleIndex].id == result.ruleId)
            #expect(result.level == "error")
            #expect(result.locations[0].physicalLocation.region.startLine == 2)
            #expect(result.locations[0].physicalLocation.artifactLocation.uri.hasSuffix("/a%20b.py"))
        }
    }

    private struct SARIF: Decodable {
        struct Run: Decodable {
            let tool: Tool
            let results: [Result]
        }
        struct Tool: Decodable { let driver: Driver }
        struct Driver: Decodable { let rules: [Rule] }
        struct Rule: Decodable { let id: String }
        struct Result: Decodable {
            let ruleId: String
            let ruleIndex: Int
            let level: String
            let locations: [Location]
        }
        struct Location: Decodable { let physicalLocation: Place }
        struct Place: Decodable {
            let artifactLocation: Artifact
            let region: Region
        }
        struct Artifact: Decodable { let uri: String }
        struct Region: Decodable { let startLine: Int }

        let version: String
        let runs: [Run]
    }
}
