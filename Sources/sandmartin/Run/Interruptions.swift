@preconcurrency import Dispatch
import Glibc

/// SIGINT and SIGTERM as a stream, instead of the end of this process.
enum Interruptions {
    /// From now until the stream ends; then the signals go on being ignored.
    static func stream() -> AsyncStream<Void> {
        AsyncStream { continuation in
            let sources = [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number)
                source.setEventHandler { continuation.yield() }
                source.resume()
                return source
            }
            continuation.onTermination = { _ in for source in sources { source.cancel() } }
        }
    }
}
