import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// HTTP/1.1 without TLS: a connection for each request, which ends with it.
///
/// The server's own NIO speaks it, so that the executable carries no second client: `URLSession` would bring libcurl.
struct PlainHTTPClient: Sendable {
    /// Where requests go, and the most that an answer may hold and take.
    let address: ServerAddress
    var maximumBody = 64 << 20
    var timeout = Duration.seconds(120)

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        func header(_ name: String) -> String? { headers.first(name: name) }
    }

    /// There was no answer: nobody listens, the connection broke, or it took too long.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    func send(
        _ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil
    ) async throws -> Answer {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: address.prefix + path, headers: headers)
        head.headers.replaceOrAdd(name: "Host", value: address.authority)
        // A request for another protocol says so itself.
        if !headers.contains(name: "Connection") { head.headers.add(name: "Connection", value: "close") }
        if let body { head.headers.replaceOrAdd(name: "Content-Length", value: "\(body.count)") }
        let (request, timeout) = (head, timeout)
        do {
            return try await withThrowingTaskGroup(of: Answer.self) { group in
                group.addTask { try await exchange(request, body) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    throw Failure(description: "no answer within \(timeout.components.seconds) seconds")
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() else { throw CancellationError() }
                return answer
            }
        } catch let failure as Failure {
            throw failure
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Failure(description: Self.reason(error))
        }
    }

    private func exchange(_ head: HTTPRequestHead, _ body: [UInt8]?) async throws -> Answer {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var parts = [HTTPClientRequestPart.head(head)]
            if let body { parts.append(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            parts.append(.end(nil))
            // At once: a server that has the whole body answers and ends the connection, also before the end was written.
            do { try await outbound.write(contentsOf: parts) } catch is ChannelError {}
            return try await answer(from: inbound)
        }
    }

    private func answer(from parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> Answer {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        for try await part in parts {
            switch part {
            case .head(let found):
                head = found
                // What follows is another protocol.
                if found.status == .switchingProtocols {
                    return Answer(status: Int(found.status.code), headers: found.headers, body: [])
                }
            case .body(let bytes):
                body += bytes.readableBytesView
                guard body.count <= maximumBody else {
                    throw Failure(description: "an answer of more than \(maximumBody) bytes")
                }
            case .end:
                guard let head else { throw Failure(description: "an answer without a head") }
                return Answer(status: Int(head.status.code), headers: head.headers, body: body)
            }
        }
        throw Failure(description: "the connection ended before the answer did")
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            "cannot connect: " + (error.connectionErrors.first.map { "\($0.error)" } ?? "no address for \(error.host)")
        case let error as IOError: "cannot connect: \(error)"
        default: "\(error)"
        }
    }
}

/// Where a server is: `http://HOST[:PORT][/PREFIX]`.
struct ServerAddress: Sendable, Hashable {
    let host: String
    let port: Int
    /// The path under which a proxy shows the server; empty without one.
    let prefix: String
    let text: String

    /// Nil when the text is not such an address.
    init?(_ text: String) {
        guard let url = URLComponents(string: text), url.scheme?.lowercased() == "http", let host = url.host,
            !host.isEmpty, url.query == nil, url.fragment == nil, url.user == nil
        else { return nil }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = url.port ?? 80
        prefix = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
        self.text = text
    }

    /// The value of the header `Host`.
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
