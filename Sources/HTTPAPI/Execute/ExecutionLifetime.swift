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

    /// Runs `work` in a task that is cancelled when the client goes away, and some time after the server was asked to stop.
    func boundToClient<Value: Sendable>(
        _ connection: ClientConnection, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await work() }
        return try await boundToClient(task, connection) { try await task.value }
    }

    /// Runs `operation`, which waits for `task` or tells of it; the task is cancelled under the same conditions, and when
    /// `operation` throws.
    func boundToClient<Value, Result: Sendable, Failure: Error>(
        _ task: Task<Result, Failure>, _ connection: ClientConnection, _ operation: () async throws -> Value
    ) async throws -> Value {
        try await withGracefulShutdownHandler {
            try await withTaskCancellationHandler {
                try await connection.withGoneHandler {
                    do {
                        return try await operation()
                    } catch {
                        task.cancel()
                        throw error
                    }
                } onClientGone: {
                    task.cancel()
                }
            } onCancel: {
                task.cancel()
            }
        } onGracefulShutdown: {
            Task {
                try await Task.sleep(for: shutdownGrace)
                task.cancel()
            }
        }
    }
}
