import NIOCore
import Synchronization

/// Whether the client of a connection is still there: between the connection's handler, which hears of it on its event
/// loop, and the requests, which are answered on other threads and would wake that loop to ask.
final class ClientPresence: Sendable {
    private struct State {
        var isGone = false
        var handler: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var isGone: Bool { state.withLock { $0.isGone } }

    /// Sets what is called once when the client goes away, in place of what was set before; at once if it went.
    func watch(_ handler: (@Sendable () -> Void)?) {
        let isGone = state.withLock { state in
            if !state.isGone { state.handler = handler }
            return state.isGone
        }
        if isGone { handler?() }
    }

    func clientIsGone() {
        let handler = state.withLock { state in
            state.isGone = true
            return state.handler.take()
        }
        handler?()
    }

    // MARK: By channel

    /// Of the connections that are open. A channel has no place for it, and its pipeline belongs to its event loop.
    private static let open = Mutex<[ObjectIdentifier: ClientPresence]>([:])

    static func of(_ channel: any Channel) -> ClientPresence? { open.withLock { $0[ObjectIdentifier(channel)] } }

    func begin(_ channel: any Channel) { Self.open.withLock { $0[ObjectIdentifier(channel)] = self } }

    func end(_ channel: any Channel) { _ = Self.open.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) } }
}
