import HTTPTypes
import NIOCore
import NIOHTTPTypes
import NIOWebSocket

/// Stands in the place of the HTTP codec once a connection is a WebSocket: turns frames into parts of the request's body
/// and parts of the answer's body into frames, answers pings, sends its own, and closes.
///
/// The parts are whole messages (`WebSocketMessage`). So what routes have against HTTP holds here too: they suspend while
/// the client does not read, and the client is not read from while they do not take.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = WebSocketFrame

    /// Tells `ConnectionHandler` that the last frame is written.
    struct Closed: Hashable, Sendable {}

    private let limits: WebSocketLimits
    /// Bytes that came over the connection so far, frames or not.
    private let arrived: () -> Int
    private var assembler: MessageAssembler
    private var isClosed = false
    private var timer: Scheduled<Void>?
    /// Of the last ping that could not be answered at once; the protocol lets older ones go unanswered.
    private var owedPong: ByteBuffer?
    /// Whether more is read from the client: not while a route does not take what came.
    private var isReading = true
    private var arrivedAtLastPing = 0
    private var wasPinged = false
    private var unanswered = 0
    private var lastMessage = NIODeadline.now()

    init(limits: WebSocketLimits, arrived: @escaping () -> Int) {
        self.limits = limits
        self.arrived = arrived
        assembler = MessageAssembler(limit: limits.message)
    }

    func handlerAdded(context: ChannelHandlerContext) { scheduleCheck(context) }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        isClosed = true
        context.fireChannelInactive()
    }
}

// MARK: - Inbound

extension WebSocketHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosed else { return }
        do throws(WebSocketClosing) {
            switch try assembler.take(unwrapInboundIn(data)) {
            case .message(let message):
                lastMessage = .now()
                context.fireChannelRead(wrapInboundOut(.body(message.part)))
            case .ping(let payload): pong(payload, context)
            case .close(let code): close(.answer(to: code), context)
            case .pong, nil: break
            }
        } catch {
            close(error, context)
        }
    }

    func read(context: ChannelHandlerContext) {
        isReading = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength?: close(.tooLarge(limits.message), context)
        case .fragmentedControlFrame?, .multiByteControlFrameLength?:
            close(.protocolError("a control frame that is not one"), context)
        case nil: context.fireErrorCaught(error)
        }
    }

    /// A client that asks and does not read must not make the answers pile up.
    private func pong(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        guard context.channel.isWritable else {
            owedPong = payload
            return
        }
        send(.pong, payload, context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let payload = owedPong {
            owedPong = nil
            send(.pong, payload, context)
        }
        context.fireChannelWritabilityChanged()
    }
}

// MARK: - Outbound

extension WebSocketHandler {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosed else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .body(var part):
            lastMessage = .now()
            let isText = WebSocketMessage.readKind(of: &part)
            let frame = WebSocketFrame(fin: true, opcode: isText ? .text : .binary, data: part)
            context.write(wrapOutboundOut(frame), promise: promise)
        case .head, .end: promise?.succeed()
        }
    }

    /// Sends a close frame, and takes and sends nothing more. Without effect when that was done before.
    func close(_ closing: WebSocketClosing, _ context: ChannelHandlerContext) {
        guard !isClosed else { return }
        send(.connectionClose, closing.payload, context)
        isClosed = true
        timer?.cancel()
        // The route sees the end of the messages, whoever ended them.
        context.fireChannelRead(wrapInboundOut(.end(nil)))
        context.fireChannelReadComplete()
        context.fireUserInboundEventTriggered(Closed())
    }

    private func send(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        guard !isClosed else { return }
        context.writeAndFlush(
            wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: payload)), promise: nil)
    }
}

// MARK: - Time

extension WebSocketHandler {
    private func scheduleCheck(_ context: ChannelHandlerContext) {
        let loop = context.eventLoop.assumeIsolated()
        timer = loop.scheduleTask(in: limits.pingInterval) { [self] in check(context) }
    }

    private func check(_ context: ChannelHandlerContext) {
        guard !isClosed else { return }
        let arrived = arrived()
        if arrived != arrivedAtLastPing {
            unanswered = 0
        } else if wasPinged, isReading {
            unanswered += 1
        }
        arrivedAtLastPing = arrived
        if unanswered > limits.unansweredPings {
            return close(.failure("pings were not answered"), context)
        }
        if lastMessage + limits.idleTimeout <= .now() {
            return close(.policyViolation("nothing was sent or shown for a long time"), context)
        }
        // A client that does not read is found by what waits for it (ConnectionState).
        wasPinged = context.channel.isWritable
        if wasPinged { send(.ping, ByteBuffer(), context) }
        scheduleCheck(context)
    }
}
