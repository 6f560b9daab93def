import HTTPTypes

/// What answers have in common that are streams of events.
enum EventStream {
    static let headers: HTTPFields = [
        .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .xAccelBuffering: "no",
    ]
}

extension HTTPField.Name {
    /// Tells nginx not to hold a stream back.
    static let xAccelBuffering = Self("X-Accel-Buffering")!
}
