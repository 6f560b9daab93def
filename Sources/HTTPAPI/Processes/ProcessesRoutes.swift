import HTTPTypes
import Hummingbird
import ServiceLifecycle
import Sessions

/// `/api/v1/sessions/{id}/processes`: the commands of a session that live, and those that ended recently.
struct ProcessesRoutes {
    let sessions: any SessionService
    let bounds: RequestBounds
    let lifetime: ExecutionLifetime

    private static let path = SessionsRoutes.path + "/{id}/processes"
    private static let one = path + "/{pid}"
    static let signalFields = ["signal"]
    /// Bytes of output in one answer.
    private static let maximumOutput = 1 << 20

    var routes: [Route] {
        [
            Route(method: .get, path: Self.path, answer: list),
            Route(method: .get, path: Self.one, answer: get),
            Route(method: .delete, path: Self.one, answer: end),
            Route(method: .get, path: Self.one + "/output", answer: output),
            Route(method: .post, path: Self.one + "/stdin", answer: write),
            Route(method: .post, path: Self.one + "/signal", answer: signal),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let processes = try await sessions.processes(of: try context.session, for: try context.caller)
        return Response(["processes": .array(processes.map(\.json))])
    }

    @Sendable private func get(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        return Response(try await process(context))
    }

    /// Ends it with everything that it started.
    @Sendable private func end(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        try await sessions.signal(nil, to: try context.process, of: try context.session, by: try context.caller)
        return Response(try await process(context))
    }

    @Sendable private func signal(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let (id, pid, caller) = (try context.session, try context.process, try context.caller)
        let json = try await BodyReader(limit: bounds.body).json(of: request)
        let number = try SignalNumber.number(try ObjectReader(json, fields: Self.signalFields).member("signal"))
        try await sessions.signal(number, to: pid, of: id, by: caller)
        return Response(try await process(context))
    }

    @Sendable private func output(_ request: Request, _ context: APIContext) async throws -> Response {
        let query = try QueryReader(request, fields: ["offset", "limit", "wait_ms", "output_encoding"])
        let offset = try query.integer("offset", in: 0...Int.max, default: 0)
        let limit = try query.integer("limit", in: 1...Self.maximumOutput, default: 64 << 10)
        let wait = Duration.milliseconds(try query.integer("wait_ms", in: 0...60_000, default: 0))
        let encoding = try query.outputEncoding()
        let (id, pid, caller) = (try context.session, try context.process, try context.caller)
        // A server that stops does not wait for what its clients wait for.
        let output = try await cancelWhenGracefulShutdown { [sessions] in
            try await sessions.output(of: pid, from: offset, limit: limit, wait: wait, in: id, for: caller)
        }
        return Response(OutputAnswer(output, encoding: encoding).json)
    }

    /// Waits until the process takes the bytes, or its client is tired of it.
    @Sendable private func write(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let (id, pid, caller) = (try context.session, try context.process, try context.caller)
        let body = try InputBody(try await BodyReader(limit: bounds.body).json(of: request))
        try await lifetime.boundToClient(context.connection) { [sessions] in
            try await sessions.write(body.bytes, closes: body.closes, to: pid, of: id, by: caller)
        }
        return Response([
            "pid": .integer(Int(pid)), "written_bytes": .integer(body.bytes.count), "closed": .boolean(body.closes),
        ])
    }

    private func process(_ context: APIContext) async throws -> JSONValue {
        try await sessions.process(try context.process, of: try context.session, for: try context.caller).json
    }
}

extension APIContext {
    /// The process that the path names. What is no number names none.
    fileprivate var process: Int32 {
        get throws {
            guard let pid = Int32(parameters.get("pid") ?? ""), pid > 0 else {
                throw SessionRefusal.notFound(what: "process")
            }
            return pid
        }
    }
}
