import NIOCore

/// The connection that a request came over, as routes see it.
struct ClientConnection: Sendable {
    let channel: any Channel

    var address: ClientAddress { ClientAddress(channel.remoteAddress) }

    /// Runs `operation`, and `handler` if the client goes away meanwhile, or already went.
    ///
    /// Going away is closing the connection or its sending half: the two look the same from here.
    func withGoneHandler<Value>(
        _ operation: () async throws -> Value, onClientGone handler: @escaping @Sendable () -> Void
    ) async rethrows -> Value {
        watch(handler)
        defer { watch(nil) }
        return try await operation()
    }

    /// Sets what happens when the client goes away, in place of what was set before.
    func watch(_ handler: (@Sendable () -> Void)?) {
        channel.eventLoop.execute {
            guard let guardian = connectionHandler else {
                // The pipeline is already taken down, or the channel is a test's and has no client.
                if !channel.isActive { handler?() }
                return
            }
            if guardian.isClientGone { handler?() } else { guardian.onClientGone = handler }
        }
    }

    /// Closes the WebSocket that the connection is. Without effect when it is closed.
    func closeWebSocket(_ closing: WebSocketClosing) {
        channel.eventLoop.execute {
            do {
                let pipeline = channel.pipeline.syncOperations
                let context = try pipeline.context(handlerType: WebSocketHandler.self)
                (context.handler as? WebSocketHandler)?.close(closing, context)
            } catch {
                // The pipeline is taken down: there is nothing left to close.
                return
            }
        }
    }

    private var connectionHandler: ConnectionHandler? {
        do {
            return try channel.pipeline.syncOperations.handler(type: ConnectionHandler.self)
        } catch {
            return nil
        }
    }
}
