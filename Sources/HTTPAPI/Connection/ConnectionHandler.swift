import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Guards one connection: deadlines for requests, an answer for what is not HTTP, a clean close where a connection cannot
/// go on, and word of a client that went away.
///
/// It stands between the HTTP codec and the request handling. Beyond the deadlines it mends two things there: a request
/// that asks for an upgrade leaves NIO's decoder stopped, and an answer that comes before the end of its request leaves a
/// body of any length to be read; both connections are closed after the answer.
///
/// A request to become a WebSocket is one like any other, whose end is held back. When a route grants it with 101, frames
/// take the codec's place, and their messages are the rest of the request's body and of the answer's
/// (`ConnectionHandler+WebSocket`); when none does, the end is let go.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    var state: ConnectionState
    let webSockets: WebSocketLimits
    /// The longest body that the request may have.
    private let bodyLimit: @Sendable (HTTPRequest) -> Int
    private let errorAnswer: @Sendable (APIError) -> ErrorParts
    private var timer: Scheduled<Void>?
    private var isOutputOver = false
    var upgrade = Upgrade.notAsked
    /// Bytes that came so far.
    private(set) var arrived = 0
    private let client = ClientPresence()

    init(
        limits: ConnectionLimits, webSockets: WebSocketLimits,
        bodyLimit: @escaping @Sendable (HTTPRequest) -> Int,
        errorAnswer: @escaping @Sendable (APIError) -> ErrorParts
    ) {
        self.webSockets = webSockets
        state = ConnectionState(limits: limits, now: .now())
        self.bodyLimit = bodyLimit
        self.errorAnswer = errorAnswer
    }

    func bytesArrived(_ count: Int) {
        arrived += count
        state.bytesArrived(count, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.addHandler(ArrivalHandler(connection: self), position: .first)
        } catch {
            // Without it slow heads would go unseen.
            context.close(promise: nil)
        }
        client.begin(context.channel)
        schedule(at: .now() + state.limits.requestTimeout, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        client.clientIsGone()
        client.end(context.channel)
        timer?.cancel()
    }
}

// MARK: - Inbound

extension ConnectionHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes after the last answer is read only so that the client can read that answer.
        guard !isOutputOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            state.headArrived(isLast: Self.isLast(head))
            encourage(head, context)
            if WebSocketHandshake.isAsked(by: head) { upgrade = .asked }
        case .end where upgrade == .asked:
            state.requestEnded()
            return
        case .end where upgrade == .notAsked: state.requestEnded()
        case .body, .end: break
        }
        context.fireChannelRead(data)
    }

    /// Whether no request can follow this one: its sender says so, or it asks for an upgrade, which stops the decoder.
    private static func isLast(_ head: HTTPRequest) -> Bool {
        let options = head.headerFields[values: .connection].joined(separator: ",").lowercased().split(separator: ",")
        return options.contains { $0.filter { !$0.isWhitespace } == "close" }
            || head.method == .connect || head.headerFields[.upgrade] != nil
    }

    /// A client that asks first is told to send its body, unless the body would be refused for its length.
    private func encourage(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        guard head.headerFields[.expect]?.lowercased() == "100-continue", state.phase == .receiving else { return }
        if let length = head.headerFields[.contentLength].flatMap({ Int($0) }), length > bodyLimit(head) { return }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            client.clientIsGone()
            if isOutputOver { context.close(promise: nil) }
        }
        if event is WebSocketHandler.Closed {
            finish(context)
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        client.clientIsGone()
        timer?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError || error is ChannelError {
            client.clientIsGone()
            context.fireErrorCaught(error)
            return
        }
        let hadOpenRequest = state.hasOpenRequest
        if state.phase == .waiting || state.phase == .receiving { answer(APIError(protocolError: error), context) }
        // Whoever reads the body of the broken request must not take what came for all of it.
        if hadOpenRequest || !state.isClosing { context.fireErrorCaught(error) }
    }
}

// MARK: - Outbound

extension ConnectionHandler {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isOutputOver else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status == .switchingProtocols && isAnsweringUpgrade:
            context.write(data, promise: promise)
            becomeWebSocket(context)
        case .head(var head) where head.status.kind != .informational:
            if isAnsweringUpgrade { refuseUpgrade(context) }
            if state.isAnsweringEnd || state.wouldAnswerEarly {
                head.headerFields[.connection] = "close"
                state.willClose()
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            context.write(data, promise: promise)
            state.answerEnded(now: .now())
            if state.isClosing { finish(context) }
        case .head, .body: context.write(data, promise: promise)
        }
    }

    /// Writes an answer that no route gave, and closes.
    private func answer(_ error: APIError, _ context: ChannelHandlerContext) {
        state.willClose()
        var parts = errorAnswer(error)
        parts.head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(parts.head)), promise: nil)
        context.write(wrapOutboundOut(.body(parts.body)), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        finish(context)
    }

    /// Ends our side and goes on reading for a moment: closing with unread bytes would reset the connection and take the
    /// answer away from the client (RFC 9112, section 9.6).
    private func finish(_ context: ChannelHandlerContext) {
        guard !isOutputOver else { return }
        isOutputOver = true
        context.flush()
        context.close(mode: .output, promise: nil)
        guard !client.isGone else {
            context.close(promise: nil)
            return
        }
        timer?.cancel()
        let loop = context.eventLoop.assumeIsolated()
        timer = loop.scheduleTask(in: state.limits.linger) { context.close(promise: nil) }
    }
}

// MARK: - Time

extension ConnectionHandler {
    private func schedule(at deadline: NIODeadline, _ context: ChannelHandlerContext) {
        let loop = context.eventLoop.assumeIsolated()
        timer = loop.scheduleTask(deadline: deadline) { [self] in
            switch state.timerFired(now: .now(), pending: pendingBytes(context)) {
            case .lookAgain(let next): schedule(at: next, context)
            case .close: context.close(promise: nil)
            case .requestTimeout:
                answer(APIError(.requestTimeout, "The request did not arrive in time."), context)
            }
        }
    }

    private func pendingBytes(_ context: ChannelHandlerContext) -> Int {
        do {
            return try context.channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
        } catch {
            // A channel that does not know cannot be found stalled.
            return 0
        }
    }
}
