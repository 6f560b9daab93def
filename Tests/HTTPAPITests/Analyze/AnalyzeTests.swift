import HTTPTypes
import Interception
import Sessions
import Testing

@testable import HTTPAPI

@Suite struct AnalyzeTests {
    private static let path = "/api/v1/analyze"

    @Test func theReportIsTheWholeAnswer() async throws {
        let server = try TestServer()
        try await server.test { client in
            let answer = try await client.post(
                #"{"code": "x = 1\nprint('ü', 'forbidden')", "language": "py"}"#, to: Self.path)
            #expect(answer.status == .ok)
            let json = try answer.json()
            #expect(
                json.keys == [
                    "decision", "policy", "risk_score", "risk_level", "findings", "by_category", "by_severity",
                    "analysis_ms", "complete",
                ])
            #expect(json["decision"] == "block")
            #expect(json["policy"] == "standard")
            #expect(json["risk_score"] == 10)
            #expect(json["risk_level"] == "medium")
            #expect(json["by_category"] == ["obfuscation": 1])
            #expect(json["by_severity"] == ["medium": 1])
            #expect(json["complete"] == true)
            #expect(
                json["findings"]?.elements == [
                    [
                        "rule_id": "test.forbidden", "category": "obfuscation", "severity": "medium",
                        "cwe": "CWE-506", "file": nil, "line": 2, "column": 12, "end_line": 2, "end_column": 23,
                        "snippet": "'forbidden'", "message": "Says forbidden.",
                        "recommendation": "Say something else.", "blocking": true,
                    ]
                ])
        }
        // Nothing of it was run.
        #expect(server.executions.requests.isEmpty)
    }

    @Test func aCleanProgramIsAllowed() async throws {
        try await TestServer().test { client in
            let json = try await client.post(#"{"code": "print(1)", "language": "python"}"#, to: Self.path).json()
            #expect(json["decision"] == "allow")
            #expect(json["risk_level"] == "none")
            #expect(json["findings"] == [])
            #expect(json["by_category"] == .object([]))
        }
    }

    @Test func aLanguageIsReadAlsoWhereItsToolsAreMissing() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(#"{"code": "fn main() {}", "language": "Rust"}"#, to: Self.path)
            #expect(answer.status == .ok)
        }
    }

    @Test func aShellCommandHasABoundOfItsOwn() async throws {
        let long = String(repeating: "#", count: 101)
        try await TestServer().test { client in
            let command = try await client.post(#"{"code": "ls", "language": "Shell"}"#, to: Self.path)
            #expect(command.status == .ok)
            let refused = try await client.post(#"{"code": "\#(long)", "language": "shell"}"#, to: Self.path)
            #expect(refused.status == .contentTooLarge)
            #expect(try refused.string("code") == "too_large")
            #expect(try refused.string("field") == "code")
            let program = try await client.post(#"{"code": "\#(long)", "language": "bash"}"#, to: Self.path)
            #expect(program.status == .ok)
        }
    }

    @Test(
        arguments: [
            (#"{"language": "python"}"#, HTTPResponse.Status.badRequest, "invalid_request", "code"),
            (#"{"code": "x"}"#, .badRequest, "invalid_request", "language"),
            (#"{"code": "", "language": "python"}"#, .badRequest, "invalid_request", "code"),
            (#"{"code": "a\u0000b", "language": "python"}"#, .badRequest, "invalid_request", "code"),
            (#"{"code": "x", "language": "cobol"}"#, .unprocessableContent, "unsupported_language", "language"),
            (#"{"code": "x", "language": "python", "policy": "lax"}"#, .badRequest, "invalid_request", "policy"),
            (#"{"code": "x", "language": "python", "policy": 1}"#, .badRequest, "invalid_request", "policy"),
            (#"{"code": "x", "language": "python", "timeout": 1}"#, .badRequest, "invalid_request", "timeout"),
            ("[]", .badRequest, "invalid_request", "body"), ("", .badRequest, "invalid_request", "body"),
        ])
    func whatIsWrongIsNamed(_ body: String, _ status: HTTPResponse.Status, _ code: String, _ field: String) async throws
    {
        try await TestServer().test { client in
            let answer = try await client.post(body, to: Self.path)
            #expect(answer.status == status)
            #expect(try answer.string("code") == code)
            #expect(try answer.string("field") == field)
        }
    }

    @Test func moreThanTheBoundsIsTooLarge() async throws {
        let server = try TestServer { $0.bounds.code = 8 }
        try await server.test { client in
            let answer = try await client.post(#"{"code": "123456789", "language": "python"}"#, to: Self.path)
            #expect(answer.status == .contentTooLarge)
            #expect(try answer.string("field") == "code")
        }
    }

    @Test func theStricterPolicyOfTheRequestDecides() async throws {
        try await TestServer().test { client in
            let json = try await client.post(
                #"{"code": "print('forbidden')", "language": "python", "policy": "strict"}"#, to: Self.path
            ).json()
            #expect(json["policy"] == "strict")
        }
    }
}

@Suite struct BlockedRunTests {
    @Test func aBlockedRunIsAnAnswerWithItsReasonAndItsReport() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(#"{"code": "print('forbidden')", "language": "python"}"#)
            #expect(answer.status == .ok)
            let json = try answer.json()
            #expect(json["success"] == false)
            #expect(json["status"] == "blocked")
            #expect(json["exit_code"] == .null)
            #expect(
                json["error"]
                    == "the policy “standard” refuses the program: line 1, test.forbidden: Says forbidden. Say something else."
            )
            #expect(json["security_report"]?["decision"] == "block")
            #expect(json["security_report"]?["findings"]?.elements.first?["line"] == 1)
        }
    }

    @Test func aStreamAndALaterQuestionHaveTheReportToo() async throws {
        try await TestServer().test { client in
            let stream = try await client.post(
                #"{"code": "print('forbidden')", "language": "python"}"#,
                headers: [.contentType: "application/json", .accept: "text/event-stream"])
            #expect(stream.body.hasPrefix("event: result\n"))
            #expect(stream.body.contains(#""security_report":{"decision":"block""#))
            let accepted = try await client.post(
                #"{"code": "print('forbidden')", "language": "python", "async": true}"#)
            #expect(accepted.status == .accepted)
            let id = try #require(try accepted.string("execution_id"))
            let later = try await client.get("/api/v1/runs/\(id)").json()
            #expect(later["status"] == "blocked")
            #expect(later["security_report"]?["decision"] == "block")
        }
    }

    @Test func thePolicyOfTheRequestReachesTheExecution() async throws {
        let server = try TestServer()
        try await server.test { client in
            _ = try await client.post(#"{"code": "1", "language": "python", "policy": "strict"}"#)
            _ = try await client.post(#"{"code": "1", "language": "python"}"#)
        }
        #expect(server.executions.requests.map(\.policy?.name) == ["strict", "standard"])
    }

    @Test func thePolicyAnswerTellsRulesPoliciesAndThresholds() async throws {
        try await TestServer().test { client in
            let json = try await client.get("/security/policy").json()
            #expect(json["default_policy"] == "standard")
            #expect(json["policies"]?.elements.map { $0["name"] } == ["standard", "strict"])
            #expect(json["policies"]?.elements.first?["blocks"]?["categories"] == ["obfuscation": "medium"])
            #expect(
                json["policies"]?.elements.first?["rules"]
                    == [["rule_id": "test.forbidden", "action": "block", "severity": nil]])
            #expect(
                json["rules"] == [
                    [
                        "rule_id": "test.forbidden", "title": "Forbidden text", "category": "obfuscation",
                        "severity": "medium", "confidence": "certain", "cwe": "CWE-506",
                        "languages": ["python", "javascript", "bash", "cpp", "rust"],
                    ]
                ])
            #expect(json["severities"]?.elements.last == ["name": "critical", "score": 60])
            #expect(json["risk_levels"]?.elements.map { $0["from_score"] } == [0, 1, 10, 30, 60])
            #expect(json["shell"] == ["restricted_commands": ["shutdown"], "command_bytes": 100])
        }
    }
}
