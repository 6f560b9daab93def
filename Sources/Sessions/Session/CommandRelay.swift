import Isolation
import Synchronization

/// Tells an observer of a command's start before its output, which may come earlier: it comes on the sandbox's own thread.
final class CommandRelay: Sendable {
    private enum State {
        case waiting([(OutputStream, [UInt8])])
        case started
    }

    private let observer: CommandObserver
    private let state = Mutex(State.waiting([]))

    init(_ observer: CommandObserver) { self.observer = observer }

    func started(_ session: SessionID, _ pid: Int32) {
        state.withLock { state in
            observer.started(session, pid)
            if case .waiting(let early) = state {
                for (stream, bytes) in early { observer.output(stream, bytes) }
            }
            state = .started
        }
    }

    func output(_ stream: OutputStream, _ bytes: [UInt8]) {
        state.withLock { state in
            switch state {
            case .waiting(let early): state = .waiting(early + [(stream, bytes)])
            case .started: observer.output(stream, bytes)
            }
        }
    }
}
