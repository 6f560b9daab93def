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
    private func watch(_ handler: (@Sendable () -> Void)?) {
        if let presence = ClientPresence.of(channel) {
            presence.watch(handler)
        } else if !channel.isActive {
            // The connection is over; a channel of a test has no client.
            handler?()
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
}
