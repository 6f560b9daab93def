package import NIOCore

/// How long and how much a connection may take, so that slow or greedy clients do not hold it.
package struct ConnectionLimits: Hashable, Sendable {
    /// From the first byte of a request (or the opening of the connection) to its last, plus the time that the bytes which
    /// have come need at `minimumRate`.
    package var requestTimeout = TimeAmount.seconds(15)
    /// Bytes per second that a request must keep up beyond `requestTimeout`.
    package var minimumRate = 16 << 10
    /// Between two requests.
    package var idleTimeout = TimeAmount.seconds(75)
    /// How long a closing connection still reads, so that the client sees the answer before the reset.
    package var linger = TimeAmount.seconds(2)
    /// Bytes of all header fields of a request.
    package var headers = 32 << 10
    /// Open connections; more wait in the kernel's queue.
    package var connections = 2048

    package init() {}
}
