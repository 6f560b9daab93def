import Isolation
import Sessions
import Synchronization

/// A terminal that shows what is typed, to everybody who looks.
final class ScriptedTerminal: Sendable {
    private struct State {
        var viewers: [ScriptedAttachment] = []
        var shown: [UInt8] = []
        var size: TerminalSize
        var status: Int??
    }

    let id: TerminalID
    private let state: Mutex<State>

    init(size: TerminalSize) {
        var generator = SystemRandomNumberGenerator()
        id = TerminalID(using: &generator)
        state = Mutex(State(size: size))
    }

    var size: TerminalSize { state.withLock { $0.size } }
    var viewers: [ScriptedAttachment] { state.withLock { $0.viewers } }
    var shown: [UInt8] { state.withLock { $0.shown } }

    var summary: TerminalSummary {
        state.withLock {
            TerminalSummary(
                id: id, started: WallTime(milliseconds: 1_700_000_000_000), viewers: $0.viewers.count, size: $0.size,
                exitCode: $0.status ?? nil)
        }
    }

    func attach() -> ScriptedAttachment {
        let viewer = ScriptedAttachment(self)
        state.withLock { state in
            viewer.tell(.replay(state.shown, isTruncated: false))
            state.viewers.append(viewer)
        }
        return viewer
    }

    func type(_ bytes: [UInt8], by viewer: ScriptedAttachment) {
        switch String(decoding: bytes, as: UTF8.self) {
        case "flood": viewer.flood()
        case "exit": end(status: 7)
        default:
            let viewers = state.withLock { state in
                state.shown += bytes
                return state.viewers
            }
            for viewer in viewers { viewer.tell(.output(bytes)) }
        }
    }

    func tell(_ event: TerminalEvent) {
        for viewer in viewers { viewer.tell(event) }
    }

    func end(status: Int?) {
        state.withLock { $0.status = .some(status) }
        for viewer in viewers { viewer.tell(.ended(status: status)) }
    }

    func resize(_ size: TerminalSize) { state.withLock { $0.size = size } }

    func remove(_ viewer: ScriptedAttachment) { state.withLock { $0.viewers.removeAll { $0 === viewer } } }
}

final class ScriptedAttachment: TerminalAttachment {
    private let terminal: ScriptedTerminal
    private let events: AsyncStream<TerminalEvent>
    private let event: AsyncStream<TerminalEvent>.Continuation
    private let isFlooding = Mutex(false)
    private let taken = Mutex(0)
    /// Ends when nobody looks through this any more.
    let detached: AsyncStream<Never>
    private let detaching: AsyncStream<Never>.Continuation

    init(_ terminal: ScriptedTerminal) {
        self.terminal = terminal
        (events, event) = AsyncStream.makeStream()
        (detached, detaching) = AsyncStream.makeStream()
    }

    /// Bytes that the server took of a flood.
    var takenBytes: Int { taken.withLock { $0 } }
    var id: TerminalID { terminal.id }

    func tell(_ told: TerminalEvent) {
        event.yield(told)
        if case .ended = told { event.finish() }
    }

    func flood() {
        isFlooding.withLock { $0 = true }
        event.yield(.output([]))
    }

    func next() async -> TerminalEvent? {
        if isFlooding.withLock({ $0 }), !isDetached.withLock({ $0 }) {
            taken.withLock { $0 += 65536 }
            return .output([UInt8](repeating: UInt8(ascii: "y"), count: 65536))
        }
        for await event in events { return event }
        return nil
    }

    private let isDetached = Mutex(false)

    func write(_ bytes: [UInt8]) async { terminal.type(bytes, by: self) }

    func resize(_ size: TerminalSize) async throws(SessionRefusal) { terminal.resize(size) }

    func detach() async {
        isDetached.withLock { $0 = true }
        terminal.remove(self)
        event.finish()
        detaching.finish()
    }

    /// Returns when nobody looks through this any more. For one caller.
    func waitUntilDetached() async {
        for await _ in detached {}
    }
}
