import HTTPTypes
import Hummingbird

/// What answers have in common that are streams of events.
enum EventStream {
    static let headers: HTTPFields = [
        .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .xAccelBuffering: "no",
    ]

    /// Whether a request that can be answered at once or by a stream wants the stream.
    static func isWanted(by request: Request) -> Bool {
        request.headers[values: .accept].contains { value in
            value.split(separator: ",").contains { range in
                range.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased() == "text/event-stream"
            }
        }
    }

    private enum Item<Event: Sendable>: Sendable {
        case event(Event)
        case silence
    }

    /// Writes what `messages` makes of each event, and a comment after each `keepAlive`. The next event is taken when the one
    /// before is written, so that a slow client holds nothing here. Returns at the end of the events, or at `ending`; throws
    /// when the client cannot be reached.
    static func write<Event: Sendable>(
        _ events: AsyncStream<Event>, keepAlive: Duration, until ending: StreamEnding = StreamEnding(),
        to writer: inout any ResponseBodyWriter, _ messages: (Event) -> [ServerSentEvent]
    ) async throws {
        let (items, source) = AsyncStream.makeStream(of: Item<Event>.self)
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var turns = turns.makeAsyncIterator()
                for await event in events {
                    source.yield(.event(event))
                    await turns.next()
                }
                source.finish()
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: keepAlive)
                    source.yield(.silence)
                }
            }
            group.addTask {
                await ending.wait()
                source.finish()
            }
            defer { group.cancelAll() }
            for await item in items {
                switch item {
                case .silence: try await writer.write(ServerSentEvent.keepAlive.bytes)
                case .event(let event):
                    for message in messages(event) { try await writer.write(message.bytes) }
                    turn.yield()
                }
            }
        }
    }
}

extension HTTPField.Name {
    /// Tells nginx not to hold a stream back.
    static let xAccelBuffering = Self("X-Accel-Buffering")!
}
