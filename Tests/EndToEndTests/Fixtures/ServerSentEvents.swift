import AsyncHTTPClient
import Foundation
import NIOCore

/// The messages of an event stream, one after the other as they come.
struct ServerSentEvents {
    struct Event: Sendable {
        let name: String
        let data: String

        func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Value.self, from: Data(data.utf8))
        }

        /// The text of an event of output.
        var text: String {
            get throws { try decoded(as: [String: String].self)["text"] ?? "" }
        }
    }

    private var chunks: HTTPClientResponse.Body.AsyncIterator
    private var unread: [UInt8] = []

    init(_ body: HTTPClientResponse.Body) { chunks = body.makeAsyncIterator() }

    /// Nil at the end of the stream.
    mutating func next() async throws -> Event? {
        while true {
            if let end = unread.firstRange(of: Array("\n\n".utf8)) {
                let message = String(decoding: unread[..<end.lowerBound], as: UTF8.self)
                unread.removeSubrange(..<end.upperBound)
                if let event = Self.event(message) { return event }
            } else if let chunk = try await chunks.next() {
                unread += chunk.readableBytesView
            } else {
                return nil
            }
        }
    }

    /// All that are still to come.
    mutating func rest() async throws -> [Event] {
        var events: [Event] = []
        while let event = try await next() { events.append(event) }
        return events
    }

    /// Nil for a comment.
    private static func event(_ message: String) -> Event? {
        var (name, data): (String?, String?)
        for line in message.split(separator: "\n") {
            if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { data = String(line.dropFirst(6)) }
        }
        guard let name, let data else { return nil }
        return Event(name: name, data: data)
    }
}
