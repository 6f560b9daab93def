import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import HTTPAPI

/// A server on a socket, as long as a test runs.
struct LiveServer: Sendable {
    let port: Int
    private let group: ServiceGroup

    fileprivate init(port: Int, group: ServiceGroup) {
        self.port = port
        self.group = group
    }

    func shutDown() async { await group.triggerGracefulShutdown() }

    /// Opens a connection that the closure may use; it is closed afterwards.
    func connect<Value>(_ body: (RawConnection) async throws -> Value) async throws -> Value {
        try await open { inbound, outbound in try await body(RawConnection(inbound, outbound)) }
    }

    func open<Value>(
        _ body: (
            NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, NIOAsyncChannelOutboundWriter<ByteBuffer>
        ) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(inbound.makeAsyncIterator(), outbound)
        }
    }
}

/// A TCP connection that sends and reads text.
final class RawConnection {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var unread = ""

    init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// A run of `code`, with further header lines.
    func sendRun(_ code: String, headers: String = "") async throws {
        let body = #"{"code": "\#(code)", "language": "bash"}"#
        try await send(
            "POST /execute HTTP/1.1\r\nHost: a\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Closes our sending half.
    func finish() { outbound.finish() }

    /// All up to and with `end`; throws when the connection ends before.
    func read(through end: String) async throws -> String {
        while true {
            if let range = unread.firstRange(of: end) {
                defer { unread = String(unread[range.upperBound...]) }
                return String(unread[..<range.upperBound])
            }
            guard let bytes = try await inbound.next() else { throw Ended(after: unread) }
            unread += String(buffer: bytes)
        }
    }

    /// One answer with a Content-Length: its head and its body.
    func readAnswer() async throws -> (head: String, body: String) {
        let head = try await read(through: "\r\n\r\n")
        let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: " ")[1]) }
        let count = try #require(length)
        while unread.utf8.count < count, let bytes = try await inbound.next() { unread += String(buffer: bytes) }
        let body = String(decoding: unread.utf8.prefix(count), as: UTF8.self)
        unread = String(decoding: unread.utf8.dropFirst(count), as: UTF8.self)
        return (head, body)
    }

    /// Everything until the server closes.
    func readToEnd() async throws -> String {
        while let bytes = try await inbound.next() { unread += String(buffer: bytes) }
        defer { unread = "" }
        return unread
    }

    struct Ended: Error {
        var after: String
    }
}

extension TestServer {
    /// Serves on a free port while the closure runs, and returns when the server has shut down.
    func live<Value: Sendable>(
        _ body: @escaping @Sendable (LiveServer) async throws -> Value
    ) async throws -> Value {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [api.application { port.yield($0) }], logger: Self.silent))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await group.run()
            }
            let number = try #require(await ports.first { _ in true }, "the server did not start")
            do {
                let value = try await body(LiveServer(port: number, group: group))
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return value
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
    }
}
