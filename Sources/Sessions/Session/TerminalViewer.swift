import DequeModule
import Isolation

/// What waits for one viewer of a terminal. A bounded number of bytes: what comes when they are full is counted and told as
/// missed, between what waited and what comes once the viewer has caught up.
struct TerminalViewer {
    /// Bytes that may wait.
    static let maximumWaiting = 256 << 10
    /// Below this the viewer counts as one that takes what it is given.
    static let room = 64 << 10
    /// Output is told in pieces that are joined up to this size.
    private static let maximumPiece = 32 << 10

    private var waiting: Deque<TerminalEvent> = []
    private(set) var waitingBytes = 0
    private var missed = 0
    private var isOver = false
    private var reader: CheckedContinuation<TerminalEvent?, Never>?

    var hasRoom: Bool { missed == 0 && waitingBytes < Self.room }

    /// Begins with the replay.
    init(replay: [UInt8], isTruncated: Bool, size: TerminalSize) {
        waiting = [.replay(replay, isTruncated: isTruncated), .resized(size)]
    }

    mutating func tell(_ bytes: [UInt8]) {
        guard !isOver, !bytes.isEmpty else { return }
        if missed > 0 || waitingBytes + bytes.count > Self.maximumWaiting {
            missed += bytes.count
        } else if case .output(let last) = waiting.last, last.count + bytes.count <= Self.maximumPiece {
            waiting[waiting.count - 1] = .output(last + bytes)
            waitingBytes += bytes.count
        } else {
            waiting.append(.output(bytes))
            waitingBytes += bytes.count
        }
        serve()
    }

    mutating func tell(_ size: TerminalSize) {
        guard !isOver else { return }
        if case .resized = waiting.last { waiting.removeLast() }
        waiting.append(.resized(size))
        serve()
    }

    mutating func end(status: Int?) {
        guard !isOver else { return }
        isOver = true
        if missed > 0 { waiting.append(.missed(missed)) }
        missed = 0
        waiting.append(.ended(status: status))
        serve()
    }

    /// Nothing is told any more.
    mutating func close() {
        isOver = true
        (waiting, waitingBytes, missed) = ([], 0, 0)
        let reader = reader
        self.reader = nil
        reader?.resume(returning: nil)
    }

    /// Resumes `reader` with what comes next, now or later.
    mutating func next(_ reader: CheckedContinuation<TerminalEvent?, Never>) {
        self.reader?.resume(returning: nil)
        self.reader = reader
        serve()
    }

    mutating func giveUpReading() {
        let reader = reader
        self.reader = nil
        reader?.resume(returning: nil)
    }

    private mutating func serve() {
        guard let reader else { return }
        guard let event = pop() else {
            if isOver { giveUpReading() }
            return
        }
        self.reader = nil
        reader.resume(returning: event)
    }

    private mutating func pop() -> TerminalEvent? {
        if let event = waiting.popFirst() {
            if case .output(let bytes) = event { waitingBytes -= bytes.count }
            return event
        }
        guard missed > 0 else { return nil }
        defer { missed = 0 }
        return .missed(missed)
    }
}
