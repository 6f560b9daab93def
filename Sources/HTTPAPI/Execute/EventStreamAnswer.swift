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

    private enum Item {
        case event(ExecutionEvent)
        case silence
    }

    var response: Response {
        Response(
            status: .ok, headers: EventStream.headers,
            body: ResponseBody { writer in
                try await lifetime.boundToClient(execution, connection) { try await write(to: &writer) }
                try await writer.finish(nil)
            })
    }

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        let (items, source) = AsyncStream.makeStream(of: Item.self)
        let events = await execution.events()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in events { source.yield(.event(event)) }
                source.finish()
            }
            group.addTask { [keepAlive] in
                while true {
                    try await Task.sleep(for: keepAlive)
                    source.yield(.silence)
                }
            }
            defer { group.cancelAll() }
            var encoder = encoder
            for await item in items {
                switch item {
                case .silence: try await writer.write(ServerSentEvent.keepAlive.bytes)
                case .event(let event):
                    for message in encoder.messages(for: event) { try await writer.write(message.bytes) }
                }
            }
        }
    }
}
