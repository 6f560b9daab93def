import HTTPTypes
import Hummingbird
import Isolation
import ServiceLifecycle
import Sessions

/// `/api/v1/runs` and `/api/v1/runs/{id}`: executions that are running or that ended recently.
struct RunsRoutes {
    let executions: any ExecutionService
    let now: @Sendable () -> Timestamp

    var routes: [Route] {
        [
            Route(method: .get, path: "/api/v1/runs", answer: list),
            Route(method: .get, path: "/api/v1/runs/{id}", answer: get),
            Route(method: .delete, path: "/api/v1/runs/{id}", answer: cancel),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let reader = try QueryReader(request, fields: ["limit", "after", "status", "language"])
        var query = RunQuery(
            owner: try context.caller.owner, limit: try reader.integer("limit", in: 1...100, default: 20))
        query.after = try cursor(reader)
        query.status = try status(reader)
        query.language = reader.text("language")
        let runs = try await executions.runs(query)
        // A page that is not full is the last.
        let next = runs.count == query.limit ? runs.last?.cursor.description : nil
        return Response(["runs": .array(runs.map(\.json)), "next": .optional(next)])
    }

    private func cursor(_ reader: QueryReader) throws(InvalidRequest) -> RunCursor? {
        guard let text = reader.text("after") else { return nil }
        guard let cursor = RunCursor(text) else {
            throw InvalidRequest(field: "after", message: "after must be the value of next in an answer of this path.")
        }
        return cursor
    }

    private func status(_ reader: QueryReader) throws(InvalidRequest) -> RunQuery.Status? {
        guard let text = reader.text("status") else { return nil }
        if text == "running" { return .running }
        guard let outcome = Outcome(rawValue: text) else {
            let known = (["running"] + Outcome.allCases.map(\.rawValue)).joined(separator: ", ")
            throw InvalidRequest(field: "status", message: "status must be one of \(known).")
        }
        return .ended(outcome)
    }

    @Sendable private func get(_ request: Request, _ context: APIContext) async throws -> Response {
        let query = try QueryReader(request, fields: ["wait_ms", "output_encoding"])
        let wait = Duration.milliseconds(try query.integer("wait_ms", in: 0...60_000, default: 0))
        let encoding = try query.outputEncoding()
        let execution = try await execution(context)
        // A server that stops does not wait for what its clients wait for.
        let result = await cancelWhenGracefulShutdown { await execution.result(within: wait) }
        guard let result else {
            return Response(["execution_id": .string(execution.id.description), "status": "running"])
        }
        return Response(ExecutionAnswer(result: result, encoding: encoding, timestamp: now()).json)
    }

    @Sendable private func cancel(_ request: Request, _ context: APIContext) async throws -> Response {
        let encoding = try QueryReader(request, fields: ["output_encoding"]).outputEncoding()
        let execution = try await execution(context)
        await execution.cancel()
        let result = await execution.result()
        return Response(ExecutionAnswer(result: result, encoding: encoding, timestamp: now()).json)
    }

    private func execution(_ context: APIContext) async throws -> any Execution {
        let text = context.parameters.get("id") ?? ""
        guard let id = ExecutionID(text), let execution = await executions.execution(id, of: try context.caller.owner)
        else {
            throw APIError(.notFound, "There is no run \(text.prefix(64)): it never was, or it ended long ago.")
        }
        context.record.executionID = id.description
        return execution
    }
}

extension RunSummary {
    var json: JSONValue {
        [
            "execution_id": .string(id.description), "language": .string(language),
            "status": .string(finished?.outcome.rawValue ?? "running"),
            "success": finished.map { .boolean($0.isSuccess) } ?? .null,
            "exit_code": .optional(finished?.exitCode), "accepted_at": accepted.json,
            "ended_at": finished?.ended.json ?? .null, "queued_ms": finished?.queued.milliseconds ?? .null,
            "wall_ms": finished?.wall.milliseconds ?? .null, "cpu_ms": finished?.cpu.milliseconds ?? .null,
            "peak_memory_bytes": .optional(finished?.peakMemory.bytes),
        ]
    }
}
