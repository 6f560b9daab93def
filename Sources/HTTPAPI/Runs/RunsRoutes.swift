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
        let limit = try QueryReader(request, fields: ["limit"]).integer("limit", in: 1...100, default: 20)
        var runs: [JSONValue] = []
        for execution in await executions.executions(limit: limit) {
            let result = await execution.result(within: .zero)
            runs.append([
                "execution_id": .string(execution.id.description), "language": .string(execution.language),
                "status": .string(result?.outcome.rawValue ?? "running"),
                "success": result.map { .boolean($0.isSuccess) } ?? .null,
            ])
        }
        return Response(["runs": .array(runs)])
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
        guard let id = ExecutionID(text), let execution = await executions.execution(id) else {
            throw APIError(.notFound, "There is no run \(text.prefix(64)): it never was, or it ended long ago.")
        }
        context.record.executionID = id.description
        return execution
    }
}
