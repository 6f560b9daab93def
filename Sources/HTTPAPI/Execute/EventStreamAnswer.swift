import Hummingbird
import Sessions

/// The answer that tells an execution while it goes on.
struct EventStreamAnswer {
    let execution: any Execution
    let encoder: ExecutionEventEncoder
    let connection: ClientConnection
    let lifetime: ExecutionLifetime
    /// Between two comments that keep the connection open.
    let keepAlive: Duration

    var response: Response {
        Response(
            status: .ok, headers: EventStream.headers,
            body: ResponseBody { writer in
                try await lifetime.boundToClient(execution, connection) { try await write(to: &writer) }
                try await writer.finish(nil)
            })
    }

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        var encoder = encoder
        try await EventStream.write(await execution.events(), keepAlive: keepAlive, to: &writer) {
            encoder.messages(for: $0)
        }
    }
}
