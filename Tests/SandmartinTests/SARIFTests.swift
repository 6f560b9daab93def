import HTTPAPI
import Interception
import Testing

@testable import sandmartin

/// The log is held to what the standard (OASIS SARIF 2.1.0) requires of the properties that it has.
@Suite struct SARIFTests {
    private func log(of code: String, path: String = "src/a b.py") async throws -> JSONValue {
        let report = await Interceptor(rules: [.forbidden]).analyze(code, language: .python, policy: .closed)
        return SARIFLog(report, of: path, language: .python, rules: [.forbidden]).json
    }

    /// The only run of the log.
    private func run(_ code: String, path: String = "src/a b.py") async throws -> JSONValue {
        let log = try await log(of: code, path: path)
        return try #require(log["runs"]?.elements.first)
    }

    @Test func theLogNamesItsVersionItsSchemaAndItsTool() async throws {
        let log = try await log(of: "")
        #expect(log["version"] == "2.1.0")
        #expect(log["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json")
        let run = try #require(log["runs"]?.elements.first)
        #expect(run["tool"]?["driver"]?["name"] == "sandmartin")
        #expect(run["columnKind"] == "unicodeCodePoints")
        #expect(run["invocations"]?.elements.first?["executionSuccessful"] == true)
        // An empty list says that the tool ran and found nothing.
        #expect(run["results"] == [])
    }

    @Test func everyResultPointsAtItsRuleAndItsPlace() async throws {
        let run = try await run("x = 1\nprint('ü', 'forbidden')")
        let result = try #require(run["results"]?.elements.first)
        #expect(result["ruleId"] == "test.forbidden")
        guard case .integer(let index)? = result["ruleIndex"] else {
            Issue.record("no ruleIndex: \(result)")
            return
        }
        let rule = try #require(run["tool"]?["driver"]?["rules"]?.elements[index])
        #expect(rule["id"] == "test.forbidden")
        #expect(rule["shortDescription"]?["text"] == "Forbidden text")
        #expect(rule["help"]?["text"] == "Say something else.")
        #expect(rule["defaultConfiguration"]?["level"] == "error")
        #expect(rule["properties"]?["tags"] == ["security", "obfuscation", "external/cwe/cwe-506"])
        #expect(result["level"] == "error")
        #expect(result["message"]?["text"] == "Says forbidden. Say something else.")
        let place = try #require(result["locations"]?.elements.first?["physicalLocation"])
        #expect(place["artifactLocation"]?["uri"] == "src/a%20b.py")
        #expect(place["artifactLocation"]?["index"] == 0)
        let region: JSONValue = [
            "startLine": 2, "startColumn": 12, "endLine": 2, "endColumn": 23, "snippet": ["text": "'forbidden'"],
        ]
        #expect(place["region"] == region)
        #expect(run["artifacts"]?.elements.first?["location"]?["uri"] == "src/a%20b.py")
    }

    @Test func whatCouldNotBeReadHasARuleToo() async throws {
        let run = try await run("a\u{0}b")
        let rules = try #require(run["tool"]?["driver"]?["rules"]?.elements)
        let results = try #require(run["results"]?.elements)
        #expect(results.contains { $0["ruleId"] == "analysis.incomplete.nul-byte" })
        for result in results {
            guard case .integer(let index)? = result["ruleIndex"] else { continue }
            #expect(rules[index]["id"] == result["ruleId"])
        }
        #expect(run["properties"]?["complete"] == false)
    }

    @Test(arguments: [
        ("-", "stdin"), ("/tmp/ä.py", "file:///tmp/%C3%A4.py"), ("a:b.py", "a%3Ab.py"), ("../a#?.py", "../a%23%3F.py"),
    ])
    func aPathBecomesAReference(_ path: String, _ uri: String) async throws {
        let run = try await run("x", path: path)
        #expect(run["artifacts"]?.elements.first?["location"]?["uri"] == .string(uri))
    }

    @Test func theThreeLevelsStandForTheFourSeverities() {
        #expect(Severity.allCases.map(\.sarifLevel) == ["note", "warning", "error", "error"])
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}
