import HTTPTypes
import Hummingbird
import Sessions

/// `POST /execute` and its other name `POST /api/v1/runs`.
struct ExecuteRoutes {
    let executions: any ExecutionService
    let bounds: RequestBounds
    let lifetime: ExecutionLifetime
    let keepAlive: Duration
    let now: @Sendable () -> Timestamp

    var routes: [Route] {
        ["/execute", "/api/v1/runs"].map { Route(method: .post, path: $0, answer: execute) }
    }

    @Sendable private func execute(_ request: Request, _ context: APIContext) async throws -> Response {
        let json = try await BodyReader(limit: bounds.body).json(of: request)
        let body = try ExecuteBody(json, bounds: bounds)
        let wantsEvents = EventStream.isWanted(by: request)
        try checkAsynchronous(body, wantsEvents)
        var run = try body.request(
            languages: executions.languages, limits: executions.limits, policies: executions.screening.policies,
            bounds: bounds)
        run.streamsOutput = wantsEvents
        let execution = try await executions.submit(run, by: context.caller)
        context.record.executionID = execution.id.description
        if body.isAsynchronous { return Self.accepted(execution) }
        if wantsEvents { return stream(execution, body, context) }
        let result = try await lifetime.boundToClient(execution, context.connection) { await execution.result() }
        return Response(ExecutionAnswer(result: result, encoding: body.outputEncoding, timestamp: now()).json)
    }

    private func checkAsynchronous(_ body: ExecuteBody, _ wantsEvents: Bool) throws(InvalidRequest) {
        guard body.isAsynchronous else { return }
        guard !wantsEvents else {
            throw InvalidRequest(field: "async", message: "async and Accept: text/event-stream exclude each other.")
        }
        guard body.outputEncoding == .utf8 else {
            throw InvalidRequest(
                field: "output_encoding",
                message: "With async, output_encoding is a query parameter of GET /api/v1/runs/{id}.")
        }
    }

    private func stream(_ execution: any Execution, _ body: ExecuteBody, _ context: APIContext) -> Response {
        let encoder = ExecutionEventEncoder(
            id: execution.id, language: execution.language, encoding: body.outputEncoding, now: now)
        return EventStreamAnswer(
            execution: execution, encoder: encoder, connection: context.connection, lifetime: lifetime,
            keepAlive: keepAlive
        ).response
    }

    private static func accepted(_ execution: any Execution) -> Response {
        let id = execution.id.description
        return Response(
            ["execution_id": .string(id), "status": "running"], status: .accepted,
            headers: [.location: "/api/v1/runs/\(id)"])
    }
}
