import Foundation
import Synchronization

/// Everything that a process wrote into a pipe so far, read beside the test so that the process never waits for it.
final class PipeReader: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isAtEnd = false
    }

    private let state = Mutex(State())

    /// A thread of its own reads, because reading blocks.
    init(_ pipe: ChildPipe) {
        let handle = pipe.reading
        Thread.detachNewThread { [self] in
            while true {
                let data = handle.availableData
                state.withLock { state in
                    state.bytes += data
                    state.isAtEnd = data.isEmpty
                }
                if data.isEmpty { return }
            }
        }
    }

    /// Whether every writer has closed the pipe.
    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }
    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The lines that are whole.
    var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
