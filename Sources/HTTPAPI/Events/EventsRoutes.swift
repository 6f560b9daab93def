import HTTPTypes
import Hummingbird
import ServiceLifecycle
import Sessions

/// `GET /api/v1/sessions/{id}/events`: what happens in a session, as it happens.
struct EventsRoutes {
    let sessions: any SessionService
    let gate: Gate
    let keepAlive: Duration
    /// Between two looks whether the reader's key still holds.
    let checkInterval: Duration

    static let path = SessionsRoutes.path + "/{id}/events"

    var routes: [Route] { [Route(method: .get, path: Self.path, answer: stream)] }

    @Sendable private func stream(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let (id, caller) = (try context.session, try context.caller)
        let events = try await sessions.events(of: id, for: caller)
        // After the events have begun, so that no change of it is missed.
        let state = try await sessions.session(id, of: caller).row.state
        return Response(
            status: .ok, headers: EventStream.headers,
            body: ResponseBody { [self] writer in
                try await writer.write(SessionEvent.state(state).message.bytes)
                try await write(events, request, context, to: &writer)
                try await writer.finish(nil)
            })
    }

    /// Until the session ends, the client goes, the server stops, or the key holds no longer.
    private func write(
        _ events: AsyncStream<SessionEvent>, _ request: Request, _ context: APIContext,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let ending = StreamEnding()
        let watch = Task { [gate, checkInterval] in
            repeat { try await Task.sleep(for: checkInterval) } while gate.stillHolds(request, context)
            ending.end()
        }
        defer { watch.cancel() }
        try await withGracefulShutdownHandler {
            try await context.connection.withGoneHandler {
                try await EventStream.write(events, keepAlive: keepAlive, until: ending, to: &writer) { [$0.message] }
            } onClientGone: {
                ending.end()
            }
        } onGracefulShutdown: {
            ending.end()
        }
    }
}
