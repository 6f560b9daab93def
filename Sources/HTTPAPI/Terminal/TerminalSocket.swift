import Hummingbird
import ServiceLifecycle
import Sessions
import Synchronization

/// One viewer of a terminal at the other end of a WebSocket. It is detached with the last reference, also when the client
/// went away before it saw anything.
final class TerminalSocket: Sendable {
    private let attachment: any TerminalAttachment
    private let connection: ClientConnection
    /// Whether the client would be let in again.
    private let stillHolds: @Sendable () -> Bool
    private let checkInterval: Duration
    /// What the client typed, on its way to programs that may not take it.
    private let typing = Mutex<Task<Void, Never>?>(nil)

    init(
        _ attachment: any TerminalAttachment, _ connection: ClientConnection, checkInterval: Duration,
        stillHolds: @escaping @Sendable () -> Bool
    ) {
        self.attachment = attachment
        self.connection = connection
        self.checkInterval = checkInterval
        self.stillHolds = stillHolds
    }

    deinit { Task { [attachment] in await attachment.detach() } }

    /// Returns when the socket is closed, by whomever: the shell has ended, the client went, the server stops.
    func serve(_ socket: inout WebSocketWriter, _ messages: WebSocketMessages) async {
        let watch = Task { await self.watch() }
        defer { watch.cancel() }
        await withGracefulShutdownHandler {
            await connection.withGoneHandler {
                async let taking: Void = take(messages)
                connection.closeWebSocket(await show(&socket))
                await leave()
                // Never cancelled: that would break the connection off before the close frame is read.
                await taking
            } onClientGone: {
                Task { await self.leave() }
            }
        } onGracefulShutdown: { [connection] in
            connection.closeWebSocket(.goingAway)
        }
    }

    private func leave() async {
        await attachment.detach()
        typing.withLock { $0?.cancel() }
    }

    /// Shows what the terminal shows. Returns why there is no more.
    private func show(_ socket: inout WebSocketWriter) async -> WebSocketClosing {
        do {
            try await socket.send(TerminalFrame.terminal(attachment.id))
            while let event = await attachment.next() {
                for message in TerminalFrame.messages(for: event) { try await socket.send(message) }
            }
            return .normal
        } catch {
            // The client is gone, or the socket was closed; nobody reads the reason.
            return .failure("the output could not be sent")
        }
    }

    /// Passes on what the client types, until it sends no more.
    private func take(_ messages: WebSocketMessages) async {
        for await message in messages {
            switch message {
            case .binary(let bytes): await type(Array(bytes.readableBytesView))
            case .text(let text): await resize(text)
            }
        }
        // Nobody looks any more: what is being shown ends too.
        await leave()
    }

    private func type(_ bytes: [UInt8]) async {
        let task = Task { [attachment] in await attachment.write(bytes) }
        typing.withLock { $0 = task }
        await task.value
    }

    private func resize(_ text: String) async {
        do {
            try await attachment.resize(try TerminalFrame.size(text))
        } catch {
            let told = APIError(telling: error)
            switch told.code {
            case .internal, .overloaded: connection.closeWebSocket(.failure(told.message))
            // It ended in this moment, which the client is told in its turn.
            case .notFound, .conflict: break
            default: connection.closeWebSocket(.policyViolation(told.message))
            }
        }
    }

    /// A key that is revoked ends what was begun with it.
    private func watch() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: checkInterval) } catch { return }
            guard stillHolds() else {
                return connection.closeWebSocket(.policyViolation("the key or the sign-in holds no longer"))
            }
        }
    }
}
