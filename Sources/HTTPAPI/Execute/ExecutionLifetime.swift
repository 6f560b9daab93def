import ServiceLifecycle
import Sessions

/// Ties an execution that a client waits for to that client, and to the life of the server.
struct ExecutionLifetime: Sendable {
    /// How long a run may go on when the server is asked to stop.
    let shutdownGrace: Duration

    /// Runs `operation`. The execution is cancelled when the client goes away, when the server stops, or when `operation`
    /// throws, which means that the client cannot be reached.
    func boundToClient<Value>(
        _ execution: any Execution, _ connection: ClientConnection, _ operation: () async throws -> Value
    ) async throws -> Value {
        try await withGracefulShutdownHandler {
            try await connection.withGoneHandler {
                do {
                    return try await operation()
                } catch {
                    await execution.cancel()
                    throw error
                }
            } onClientGone: {
                Task { await execution.cancel() }
            }
        } onGracefulShutdown: {
            Task {
                try await Task.sleep(for: shutdownGrace)
                await execution.cancel()
            }
        }
    }
}
