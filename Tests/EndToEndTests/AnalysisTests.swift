import Testing

/// Programs are read before they run.
@Suite(.server) struct AnalysisTests {
    @Test(arguments: TwinPrograms.all)
    func ofTwinsOneIsRefusedAndTheOtherRuns(_ twins: TwinPrograms) async throws {
        let api = try ServerProcess.current.api
        let refused = try await api.run(RunRequest(code: twins.refused, language: twins.language))
        #expect(refused.status == "blocked", "\(refused)")
        #expect(refused.success == false)
        #expect(refused.stdout == "")
        #expect(refused.compile == nil)
        let report = try #require(refused.securityReport)
        #expect(report.decision == "block")
        let finding = try #require(report.findings.first { $0.blocking })
        #expect(finding.line == twins.line)
        #expect(finding.ruleId.hasPrefix(twins.rule))
        let reason = try #require(refused.error)
        for part in ["“standard”", "line \(twins.line), \(finding.ruleId): ", finding.recommendation] {
            #expect(reason.contains(part), "\(reason)")
        }
        let allowed = try await api.run(RunRequest(code: twins.allowed, language: twins.language))
        #expect(allowed.status == "ok", "\(allowed)")
        #expect(allowed.stdout == twins.output)
        #expect(allowed.securityReport?.decision == "allow")
        #expect(allowed.securityReport?.complete == true)
    }

    @Test(arguments: PredecessorsLists.blocked)
    func whatThePredecessorBlockedIsBlocked(_ program: PredecessorsLists.Program) async throws {
        let answer = try await ServerProcess.current.api.run(
            RunRequest(code: program.code, language: program.language))
        #expect(answer.status == "blocked", "\(answer)")
    }

    @Test(arguments: PredecessorsLists.allowed)
    func whatThePredecessorAllowedRuns(_ program: PredecessorsLists.Program) async throws {
        let answer = try await ServerProcess.current.api.run(
            RunRequest(code: program.code, language: program.language))
        #expect(answer.status == "ok", "\(answer)")
    }

    @Test func aCallerMayNarrowAndNotWiden() async throws {
        let api = try ServerProcess.current.api
        let wider = try await api.post(RunRequest(code: "cat /etc/passwd", policy: "permissive"))
        #expect(wider.status == 400)
        let error = try wider.decoded(as: ErrorAnswer.self)
        #expect(error.field == "policy")
        #expect(error.error.contains("standard, strict"))
        // Not to be read completely: it is reported, and only the stricter policy refuses it.
        let code = "exit # " + String(repeating: "#", count: 300 << 10)
        let reported = try await api.run(RunRequest(code: code))
        #expect(reported.status == "ok")
        #expect(reported.securityReport?.complete == false)
        #expect(try await api.run(RunRequest(code: code, policy: "strict")).status == "blocked")
    }

    @Test func sourceFilesBesideTheCodeAreReadAndDataIsNot() async throws {
        let api = try ServerProcess.current.api
        func answer(_ path: String) async throws -> RunAnswer {
            try await api.run(
                RunRequest(
                    code: "print('fine')", language: "python",
                    files: [.init(path: path, content: "\n\ncat /etc/shadow")]))
        }
        let refused = try await answer("tools/run.sh")
        #expect(refused.status == "blocked")
        #expect(refused.securityReport?.findings.first?.file == "tools/run.sh")
        #expect(refused.securityReport?.findings.first?.line == 3)
        #expect(refused.error?.contains("tools/run.sh, line 3") == true)
        #expect(try await answer("tools/run.txt").status == "ok")
    }

    @Test func streamsAndAsynchronousRunsHaveTheirReport() async throws {
        let api = try ServerProcess.current.api
        let refused = RunRequest(code: "import os\nos.system('ls')", language: "python")
        let events = try await api.events(of: refused) { try await $0.rest() }
        #expect(events.map(\.name) == ["result"])
        #expect(try events[0].decoded(as: RunAnswer.self).securityReport?.decision == "block")
        let id = try await api.start(refused)
        let later = try await api.get("/api/v1/runs/\(id)").decoded(as: RunAnswer.self)
        #expect(later.status == "blocked")
        #expect(later.securityReport?.findings.first?.line == 2)
    }

    @Test func analyzeTellsWhatARunWouldTellAndRunsNothing() async throws {
        let api = try ServerProcess.current.api
        for twins in TwinPrograms.all {
            let before = try await api.get("/api/v1/runs?limit=100").body
            let report = try await api.analyze(twins.refused, language: twins.language)
            #expect(try await api.get("/api/v1/runs?limit=100").body == before)
            #expect(report.decision == "block")
            let run = try await api.run(RunRequest(code: twins.refused, language: twins.language))
            #expect(run.securityReport?.findings == report.findings)
            #expect(try await api.analyze(twins.allowed, language: twins.language).decision == "allow")
        }
        #expect(try await api.analyze("s'u'do ls", language: "shell").decision == "block")
        #expect(try await api.analyze("echo sudo", language: "shell").decision == "allow")
    }
}

/// What an operator decides about reading.
@Suite struct AnalysisSettingsTests {
    @Test func underPermissiveTheSameProgramsRunAndAreReported() async throws {
        try await ServerProcess.with(["POLICY": "permissive"]) { server in
            let request = RunRequest(code: "import os\nos.system('echo ran')", language: "python")
            let answer = try await server.api.run(request)
            #expect(answer.status == "ok")
            #expect(answer.stdout == "ran\n")
            #expect(answer.securityReport?.findings.isEmpty == false)
            var narrowed = request
            narrowed.policy = "strict"
            #expect(try await server.api.run(narrowed).status == "blocked")
        }
    }

    @Test func restrictedCommandsAndTheirLengthAreTheOperators() async throws {
        try await ServerProcess.with([
            "POLICY": "permissive", "RESTRICTED_COMMANDS": "whoami", "MAX_COMMAND_LENGTH": "40",
        ]) { server in
            let api = server.api
            #expect(try await api.run(RunRequest(code: "X=who; ${X}ami")).status == "blocked")
            #expect(try await api.run(RunRequest(code: "echo whoami")).status == "ok")
            let long = RunRequest(code: String(repeating: "#", count: 41), language: "shell")
            let refused = try await api.post(
                body: Array(#"{"code": "\#(long.code)", "language": "shell"}"#.utf8), to: "/api/v1/analyze")
            #expect(refused.status == 413)
            #expect(try await api.analyze("echo short", language: "shell").decision == "allow")
        }
    }

    @Test func aFolderOfRulesAddsOne() async throws {
        let rule = """
            languages: [python]
            rules:
              - id: site.import.colors
                category: code_injection
                severity: high
                cwe: CWE-829
                title: Module of the house
                message: Imports {name}.
                recommendation: Do without it.
                match:
                  - facts: [import]
                    names: [colorsys]
                examples:
                  match: [import colorsys]
                  no_match: [import math]
            """
        try await ScratchFolder.with { folder in
            _ = try folder.write(rule, to: "house.yaml")
            try await ServerProcess.with(["RULES_DIR": folder.path]) { server in
                let refused = try await server.api.run(RunRequest(code: "import colorsys", language: "python"))
                #expect(refused.status == "blocked")
                #expect(refused.securityReport?.findings.first?.ruleId == "site.import.colors")
                #expect(try await server.api.run(RunRequest(code: "import math", language: "python")).status == "ok")
            }
        }
    }

    @Test func aWrongRuleFileStopsTheServerWithFileLineAndKey() async throws {
        try await ScratchFolder.with { folder in
            let path = try folder.write(
                "languages: [python]\nrules:\n  - id: site.x\n    severty: low\n", to: "wrong.yaml")
            for verb in [["serve", "--port", "0"], ["doctor"], ["analyze", path, "--language", "bash"]] {
                let ended = try await SandmartinExecutable.run(
                    verb, environment: ["RULES_DIR": folder.path, "LOG_FORMAT": "text"])
                #expect([1, 2, 78].contains(ended.status))
                let said = ended.standardOutput + ended.standardError
                #expect(said.contains("\(path):4: rules[0].severty"), "\(said)")
            }
        }
    }
}
