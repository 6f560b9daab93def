import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Sessions

/// A request to become a WebSocket that can be granted (RFC 6455, section 4.2).
struct WebSocketHandshake: Hashable {
    /// Proves to the client that the key was read.
    private let accept: String
    /// The first of the client's that the server knows.
    private let subprotocol: String?

    /// Throws what the client is told instead.
    init(_ request: Request, subprotocols: [String]) throws {
        guard Self.isAsked(by: request.head) else {
            throw Self.required("This path is a WebSocket: connect with a WebSocket client (RFC 6455).")
        }
        guard request.headers[values: .secWebSocketVersion] == ["13"] else {
            throw Self.required("This server speaks version 13 of the WebSocket protocol.")
        }
        let keys = request.headers[values: .secWebSocketKey]
        guard keys.count == 1, let nonce = Data(base64Encoded: keys[0]), nonce.count == 16 else {
            throw InvalidRequest(
                field: "Sec-WebSocket-Key", message: "Sec-WebSocket-Key must be 16 bytes in base64, once.")
        }
        let proof = Insecure.SHA1.hash(data: Data((keys[0] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        accept = Data(proof).base64EncodedString()
        subprotocol = Self.tokens(request.head, .secWebSocketProtocol).first(where: subprotocols.contains)
    }

    /// Whether the request wants the connection to become a WebSocket. One with a body does not: where it ends and the
    /// frames begin would depend on who reads it.
    static func isAsked(by head: HTTPRequest) -> Bool {
        head.method == .get && lowercased(head, .upgrade).contains("websocket")
            && lowercased(head, .connection).contains("upgrade")
            && (head.headerFields[.contentLength] ?? "0") == "0" && head.headerFields[.transferEncoding] == nil
    }

    /// The answer after which `serve` has the connection. When that returns, the socket must be closed.
    func answer(
        _ request: Request, _ serve: @escaping @Sendable (inout WebSocketWriter, WebSocketMessages) async -> Void
    ) -> Response {
        var headers: HTTPFields = [.upgrade: "websocket", .connection: "upgrade", .secWebSocketAccept: accept]
        headers[.secWebSocketProtocol] = subprotocol
        let messages = WebSocketMessages(body: request.body)
        return Response(
            status: .switchingProtocols, headers: headers,
            body: ResponseBody { writer in
                var socket = WebSocketWriter(writer: writer)
                await serve(&socket, messages)
            })
    }

    private static func required(_ message: String) -> APIError {
        APIError(.upgradeRequired, message, headers: [.upgrade: "websocket", .secWebSocketVersion: "13"])
    }

    private static func tokens(_ head: HTTPRequest, _ name: HTTPField.Name) -> [String] {
        head.headerFields[values: name].flatMap { $0.split(separator: ",") }.map { $0.filter { !$0.isWhitespace } }
    }

    private static func lowercased(_ head: HTTPRequest, _ name: HTTPField.Name) -> [String] {
        tokens(head, name).map { $0.lowercased() }
    }
}

/// What the client sends, until the socket is closed by whomever.
struct WebSocketMessages: AsyncSequence, Sendable {
    typealias Element = WebSocketMessage

    fileprivate let body: RequestBody

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var parts: RequestBody.AsyncIterator

        /// A connection that breaks off is an end like any other.
        mutating func next() async -> WebSocketMessage? {
            do {
                return try await parts.next().map(WebSocketMessage.init(part:))
            } catch {
                return nil
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(parts: body.makeAsyncIterator()) }
}

/// Sends messages to the client, and suspends while the client does not read.
struct WebSocketWriter {
    fileprivate var writer: any ResponseBodyWriter

    /// Throws when the socket is closed.
    mutating func send(_ message: WebSocketMessage) async throws { try await writer.write(message.part) }
}
