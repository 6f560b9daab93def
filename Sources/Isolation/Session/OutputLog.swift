import Synchronization

/// What a command writes, to be read by offset while it runs and after its end, in bounded memory.
///
/// Offsets count bytes of both streams in the order of arrival, from the first that was ever written. The last bytes up to
/// the limit are there to be read, and what is older is gone. It is fed by an `OutputObserver`, for which the command's
/// limits say ``CommandLimits/observesEverything``, and outlives the command and its sandbox.
package final class OutputLog: Sendable {
    private struct State {
        var recording = OutputRecording()
        /// The offset of the first byte that is still there.
        var start = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Memory used is a few times the limit at most, however the program divides its writes.
    package init(limit: ByteCount) { self.limit = max(0, limit.bytes) }

    /// What a command is started with; whoever wants to know of news as well calls ``append(_:_:)`` in an observer of its
    /// own.
    package var observer: OutputObserver { { [self] in append($0, $1) } }

    package func append(_ stream: OutputStream, _ bytes: [UInt8]) {
        state.withLock { state in
            let kept = bytes.suffix(limit)
            let excess = max(0, state.recording.count + kept.count - limit)
            state.recording.removeFirst(excess)
            state.recording.append(stream, kept)
            state.start += excess + bytes.count - kept.count
        }
    }

    /// Bytes written until now, which is the offset of the next one.
    package var written: Int { state.withLock { $0.start + $0.recording.count } }

    /// At most `count` bytes from an offset on; none at the end, or above it.
    package func read(from offset: Int, atMost count: ByteCount) -> Excerpt {
        state.withLock { state in
            let end = state.start + state.recording.count
            let first = min(max(offset, state.start), end)
            let length = max(0, min(count.bytes, end - first))
            var output = state.recording.output(of: first - state.start..<first - state.start + length)
            output.dropped = max(0, first - max(0, offset))
            return Excerpt(offset: first, output: output, written: end)
        }
    }

    /// A part of what was written.
    package struct Excerpt: Hashable, Sendable {
        /// Of its first byte: the one that was asked for, or the first that is still there.
        package var offset: Int
        /// `dropped` counts the bytes before `offset` that were asked for and are gone.
        package var output: CapturedOutput
        /// Bytes written in all.
        package var written: Int

        /// Where to read on.
        package var next: Int { offset + output.combined.count }
    }
}
