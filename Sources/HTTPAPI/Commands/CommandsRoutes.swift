import HTTPTypes
import Hummingbird
import Isolation
import Sessions

/// `POST /api/v1/execute`: a shell line in a session.
struct CommandsRoutes {
    let sessions: any SessionService
    let screening: Screening
    let bounds: RequestBounds
    let lifetime: ExecutionLifetime
    let keepAlive: Duration
    let now: @Sendable () -> Timestamp

    static let path = "/api/v1/execute"

    var routes: [Route] { [Route(method: .post, path: Self.path, answer: execute)] }

    @Sendable private func execute(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let json = try await BodyReader(limit: bounds.body).json(of: request)
        let body = try CommandBody(json, sessions: sessions.bounds, screening: screening, requests: bounds)
        let wantsEvents = EventStream.isWanted(by: request)
        guard !wantsEvents || !body.request.isBackground else {
            throw InvalidRequest(
                field: "background", message: "background and Accept: text/event-stream exclude each other.")
        }
        let caller = try context.caller
        if wantsEvents { return try await stream(body, caller, context) }
        if body.request.isBackground {
            // It does not belong to this connection.
            return accepted(
                try await sessions.execute(body.request, in: body.session, by: caller, observer: nil), body)
        }
        let reply = try await lifetime.boundToClient(context.connection) { [sessions] in
            try await sessions.execute(body.request, in: body.session, by: caller, observer: nil)
        }
        return Response(answer(reply, body).json)
    }

    private func stream(_ body: CommandBody, _ caller: Caller, _ context: APIContext) async throws -> Response {
        let stream = CommandStream { [sessions] observer throws(SessionRefusal) in
            try await sessions.execute(body.request, in: body.session, by: caller, observer: observer)
        }
        // What is refused has a status of its own: no stream begins before the command does.
        let first = try await lifetime.boundToClient(stream.task, context.connection) { try await stream.next() }
        let encoder = CommandEventEncoder(encoding: body.encoding, now: now)
        return Response(
            status: .ok, headers: EventStream.headers,
            body: ResponseBody { [lifetime, keepAlive] writer in
                var encoder = encoder
                try await lifetime.boundToClient(stream.task, context.connection) {
                    for message in encoder.messages(for: first) { try await writer.write(message.bytes) }
                    try await EventStream.write(stream.rest, keepAlive: keepAlive, to: &writer) {
                        encoder.messages(for: $0)
                    }
                }
                try await writer.finish(nil)
            })
    }

    private func accepted(_ reply: CommandReply, _ body: CommandBody) -> Response {
        let json = answer(reply, body).json
        guard case .running = reply.fate, let pid = reply.pid else { return Response(json) }
        return Response(
            json, status: .accepted,
            headers: [.location: "\(SessionsRoutes.path)/\(reply.session)/processes/\(pid)"])
    }

    private func answer(_ reply: CommandReply, _ body: CommandBody) -> CommandAnswer {
        CommandAnswer(reply: reply, encoding: body.encoding, timestamp: now())
    }
}
