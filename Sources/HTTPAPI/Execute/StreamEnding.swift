/// Ends a stream of events from outside of it.
struct StreamEnding: Sendable {
    private let signal: AsyncStream<Never>
    private let ending: AsyncStream<Never>.Continuation

    init() { (signal, ending) = AsyncStream.makeStream() }

    func end() { ending.finish() }

    /// Returns at the end, and for a cancelled task. For one caller.
    func wait() async {
        for await _ in signal {}
    }
}
