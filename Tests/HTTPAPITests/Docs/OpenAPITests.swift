import HTTPTypes
import HummingbirdTesting
import Interception
import Isolation
import Sessions
import Testing
import Yams

@testable import HTTPAPI

/// The document as the server gives it.
struct OpenAPIDocument {
    let root: Node

    init(_ text: String) throws { root = try #require(try Yams.compose(yaml: text)) }

    /// `GET /path` for every operation.
    var operations: Set<String> {
        var operations: Set<String> = []
        for (path, item) in root["paths"]?.mapping ?? [:] {
            for (method, _) in item.mapping ?? [:] where method.string != "parameters" {
                operations.insert("\(method.string?.uppercased() ?? "") \(path.string ?? "")")
            }
        }
        return operations
    }

    func schema(_ name: String) throws -> Node { try #require(root["components"]?["schemas"]?[name], "\(name)") }

    /// Follows a reference, if the node is one.
    func resolved(_ node: Node) throws -> Node {
        guard let reference = node["$ref"]?.string else { return node }
        return try reference.split(separator: "/").dropFirst().reduce(root) { node, part in
            try #require(node[String(part)], "\(reference)")
        }
    }

    /// All properties of a schema, those of `allOf` with them; later ones replace earlier ones.
    func properties(_ schema: Node) throws -> [String: Node] {
        let schema = try resolved(schema)
        var properties: [String: Node] = [:]
        for part in schema["allOf"]?.array() ?? [] {
            properties.merge(try self.properties(part)) { $1 }
        }
        for (name, node) in schema["properties"]?.mapping ?? [:] { properties[name.string ?? ""] = node }
        return properties
    }

    /// The names that must be there.
    func required(_ schema: Node) throws -> Set<String> {
        let schema = try resolved(schema)
        let inherited = try (schema["allOf"]?.array() ?? []).flatMap { try required($0) }
        return Set(inherited + (schema["required"]?.array() ?? []).compactMap(\.string))
    }

    /// Checks that an answer has the properties of its schema and no others, all the way down.
    func expect(_ value: JSONValue, matches schema: Node, at path: String) throws {
        let schema = try resolved(schema)
        if let options = try schema["oneOf"]?.array().map({ try resolved($0) }) {
            let chosen = options.first { allows($0, value) }
            return try expect(value, matches: try #require(chosen, "\(path)"), at: path)
        }
        let properties = try properties(schema)
        switch value {
        case .object(let members) where !properties.isEmpty:
            let keys = Set(members.map(\.key))
            #expect(keys == Set(properties.keys), "\(path)")
            #expect(keys == (try required(schema)), "\(path)")
            for member in members {
                guard let property = properties[member.key] else { continue }
                try expect(member.value, matches: property, at: "\(path).\(member.key)")
            }
        case .array(let elements):
            let items = try #require(schema["items"], "\(path)")
            for element in elements { try expect(element, matches: items, at: "\(path)[]") }
        default: expectType(of: value, matches: schema, at: path)
        }
    }

    /// Whether the value is of the schema's kind, and its value if the schema has but few.
    private func allows(_ schema: Node, _ value: JSONValue) -> Bool {
        switch value {
        case .null: return schema["type"]?.string == "null"
        case .string(let text):
            return schema["const"]?.string == text || schema["enum"]?.array().contains { $0.string == text } == true
        default: return schema["type"]?.string == "object"
        }
    }

    private func expectType(of value: JSONValue, matches schema: Node, at path: String) {
        guard let type = schema["type"] else { return }
        let allowed = type.string.map { [$0] } ?? type.array().compactMap(\.string)
        let names: [String] =
            switch value {
            case .null: ["null"]
            case .boolean: ["boolean"]
            case .integer: ["integer", "number"]
            case .number: ["number"]
            case .string: ["string"]
            case .array: ["array"]
            case .object: ["object"]
            }
        #expect(!Set(names).isDisjoint(with: allowed), "\(path) is \(names), not \(allowed)")
        if let values = schema["enum"]?.array().compactMap(\.string), case .string(let text) = value {
            #expect(values.contains(text), "\(path)")
        }
    }
}

@Suite struct OpenAPITests {
    private func document(_ server: TestServer) async throws -> OpenAPIDocument {
        let answer = try await server.test { try await $0.get("/openapi.yaml") }
        #expect(answer.headers[.contentType] == "application/yaml; charset=utf-8")
        return try OpenAPIDocument(answer.body)
    }

    @Test func everyRouteIsDescribedAndEveryDescriptionHasARoute() async throws {
        let server = try TestServer()
        let routes = Set(server.api.routes.map { "\($0.method.rawValue) \($0.path)" })
        #expect(try await document(server).operations == routes)
    }

    @Test func everyReferenceLeadsSomewhere() async throws {
        let document = try await document(TestServer())
        func check(_ node: Node) throws {
            if node["$ref"] != nil { _ = try document.resolved(node) }
            for (_, child) in node.mapping ?? [:] { try check(child) }
            for child in node.sequence ?? [] { try check(child) }
        }
        try check(document.root)
    }

    @Test func realAnswersHaveThePropertiesOfTheirSchemas() async throws {
        let server = try TestServer()
        let document = try await document(server)
        let answers = try await server.test { client in
            let run = try await client.post(
                """
                {"code": "x", "language": "cpp", "collect": ["a"], "files": [{"path": "b", "content": ""}],
                 "tests": [{"expected_output": "x"}]}
                """)
            let plain = try await client.post(#"{"code": "x", "language": "bash"}"#)
            let running = try await client.post(#"{"code": "wait", "language": "bash", "async": true}"#)
            let analysis = try await client.post(
                #"{"code": "print('forbidden')", "language": "python"}"#, to: "/api/v1/analyze")
            return [
                ("ExecutionResult", run), ("ExecutionResult", plain), ("Running", running),
                ("ExecutionResult", try await client.post(#"{"code": "print('forbidden')", "language": "python"}"#)),
                ("SecurityReport", analysis),
                ("RunList", try await client.get("/api/v1/runs")), ("Health", try await client.get("/health")),
                ("Ready", try await client.get("/ready")), ("Languages", try await client.get("/languages")),
                ("SecurityPolicy", try await client.get("/security/policy")),
                ("RuleList", try await client.get("/security/rules")),
                ("Error", try await client.get("/nothing")), ("Error", try await client.post("{}")),
            ]
        }
        for (name, answer) in answers {
            try document.expect(try answer.json(), matches: document.schema(name), at: name)
        }
    }

    @Test func whatAdministratorsSeeHasThePropertiesOfItsSchemas() async throws {
        let server = try TestServer(anonymous: .refused, configuredKey: "key")
        let document = try OpenAPIDocument(
            try await server.test { try await $0.get("/openapi.yaml").body })
        let headers: HTTPFields = [.xAPIKey: "key", .contentType: "application/json"]
        let answers = try await server.test { client in
            let made = try await client.post(#"{"name": "n"}"#, to: "/api/v1/keys", headers: headers)
            let id = try #require(try made.string("id"))
            return [
                ("CreatedKey", made), ("KeyList", try await client.get("/api/v1/keys", headers: headers)),
                ("Key", try await client.get("/api/v1/keys/\(id)", headers: headers)),
                ("Key", try await client.send(.delete, "/api/v1/keys/\(id)", headers: headers)),
                ("OwnKey", try await client.get("/api/v1/keys/self", headers: headers)),
                ("AuditPage", try await client.get("/api/v1/audit", headers: headers)),
                ("System", try await client.get("/api/v1/system", headers: headers)),
                ("Error", try await client.get("/api/v1/keys/self")),
            ]
        }
        for (name, answer) in answers {
            try document.expect(try answer.json(), matches: document.schema(name), at: name)
        }
    }

    @Test func everyActionOfTheAuditLogIsListed() async throws {
        let actions = try await document(TestServer()).schema("AuditAction")["enum"]?.array().compactMap(\.string)
        #expect(actions == AuditEvent.Action.allCases.map(\.rawValue))
    }

    @Test func whoMayUseARouteIsDescribed() async throws {
        let server = try TestServer()
        let document = try await document(server)
        for route in server.api.routes {
            let operation = document.root["paths"]?[route.path]?[route.method.rawValue.lowercased()]
            #expect(
                (operation?["security"]?.sequence?.isEmpty == true) == (route.access == .everybody), "\(route.path)")
            let statuses = operation?["responses"]?.mapping?.keys.compactMap(\.string) ?? []
            #expect(statuses.contains("403") == (route.access == .administrators), "\(route.path)")
        }
    }

    @Test func requestsHaveTheFieldsThatAreDescribed() async throws {
        let document = try await document(TestServer())
        #expect(Set(try document.properties(document.schema("NewKey")).keys) == Set(KeyBody.fields))
        let quota = try #require(try document.properties(document.schema("NewKey"))["quota"])
        #expect(Set(try document.properties(quota).keys) == Set(QuotaResource.allCases.map(\.rawValue)))
        #expect(Set(try document.properties(document.schema("ExecuteRequest")).keys) == Set(ExecuteBody.fields))
        #expect(Set(try document.properties(document.schema("AnalyzeRequest")).keys) == Set(AnalyzeRoutes.fields))
    }

    @Test func everyOutcomeAndEveryErrorIsListed() async throws {
        let document = try await document(TestServer())
        let statuses = try document.schema("Status")["enum"]?.array().compactMap(\.string)
        #expect(statuses == Outcome.allCases.map(\.rawValue))
        let codes = try document.properties(document.schema("Error"))["code"]?["enum"]?.array().compactMap(\.string)
        #expect(codes == ErrorCode.allCases.map(\.rawValue))
    }

    @Test func everyCategoryAndEverySeverityIsListed() async throws {
        let document = try await document(TestServer())
        func names(_ schema: String) throws -> [String]? {
            try document.schema(schema)["enum"]?.array().compactMap(\.string)
        }
        #expect(try names("Category") == Category.allCases.map(\.rawValue))
        #expect(try names("SeverityName") == Severity.allCases.map(\.rawValue))
        #expect(try names("RiskLevelName") == RiskLevel.allCases.map(\.rawValue))
    }

    @Test func theExamplesAreGoodRequests() async throws {
        let server = try TestServer()
        let document = try await document(server)
        let execute = try #require(document.root["components"]?["requestBodies"]?["Execute"])
        let analyze = try #require(document.root["paths"]?["/api/v1/analyze"]?["post"]?["requestBody"])
        for (path, body, count) in [("/execute", execute, 3), ("/api/v1/analyze", analyze, 2)] {
            let mapping = try #require(body["content"]?["application/json"]?["examples"]?.mapping)
            let examples = try mapping.map { JSONValue(try #require($0.value["value"])) }
            #expect(examples.count == count)
            try await server.test { client in
                for example in examples {
                    let answer = try await client.post(example, to: path)
                    #expect(answer.status == .ok, "\(answer.body)")
                }
            }
        }
    }
}

extension JSONValue {
    /// A YAML node as the JSON that it stands for.
    init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(mapping.map { Member(key: $0.key.string ?? "", value: JSONValue($0.value)) })
        case .sequence(let sequence): self = .array(sequence.map { JSONValue($0) })
        default:
            if node.scalar?.style == .plain, let integer = node.int {
                self = .integer(integer)
            } else {
                self = .string(node.string ?? "")
            }
        }
    }
}
