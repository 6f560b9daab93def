import Hummingbird
import ServiceLifecycle
import Sessions

/// One viewer of a terminal at the other end of a WebSocket. It is detached with the last reference, also when the client
/// went away before it saw anything.
final class TerminalSocket: Sendable {
    private let attachment: any TerminalAttachment
    private let connection: ClientConnection
    /// Whether the client would be let in again.
    private let stillHolds: @Sendable () -> Bool
    private let checkInterval: Duration

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
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.take(messages) }
                group.addTask { await self.watch() }
                connection.closeWebSocket(await show(&socket))
                await attachment.detach()
                group.cancelAll()
            }
        } onGracefulShutdown: { [connection] in
            connection.closeWebSocket(.goingAway)
        }
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
            case .binary(let bytes): await attachment.write(Array(bytes.readableBytesView))
            case .text(let text): await resize(text)
            }
        }
        // Nobody looks any more: what is being shown ends too.
        await attachment.detach()
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
