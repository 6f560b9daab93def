package import NIOCore

/// How much and how long a WebSocket may take.
package struct WebSocketLimits: Hashable, Sendable {
    /// Bytes of a message, and of each of its frames.
    package var message = 1 << 20
    /// Between two pings of the server.
    package var pingInterval = TimeAmount.seconds(20)
    /// Pings in a row to which nothing at all comes back; then the client is gone.
    package var unansweredPings = 2
    /// A socket over which nothing but pings went for so long is closed.
    package var idleTimeout = TimeAmount.minutes(60)

    package init() {}
}
