import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

extension ConnectionHandler {
    /// How far the connection is from being a WebSocket.
    enum Upgrade: Hashable {
        case notAsked
        /// The last request asks for it; its end is held back.
        case asked
        case granted
    }

    /// Whether the next answer belongs to the request that asks, and not to one before it. None can follow it.
    var isAnsweringUpgrade: Bool { upgrade == .asked && state.isAnsweringLast }

    /// The request goes on as any other.
    func refuseUpgrade(_ context: ChannelHandlerContext) {
        upgrade = .notAsked
        context.fireChannelRead(wrapInboundOut(.end(nil)))
        context.fireChannelReadComplete()
    }

    /// Puts frames in the place of HTTP. The head of the answer must have been written.
    func becomeWebSocket(_ context: ChannelHandlerContext) {
        context.flush()
        upgrade = .granted
        state.willClose()
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandlers(
                [
                    WebSocketFrameEncoder(),
                    ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: webSockets.message)),
                    WebSocketHandler(limits: webSockets, arrived: { [self] in arrived }),
                ], position: .before(self))
            try removeHTTP(from: pipeline, context)
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    private func removeHTTP(
        from pipeline: ChannelPipeline.SynchronousOperations, _ context: ChannelHandlerContext
    ) throws {
        let handlers: [any RemovableChannelHandler] = [
            try pipeline.handler(type: HTTP1ToHTTPServerCodec.self),
            try pipeline.handler(type: HTTPResponseEncoder.self),
            try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self),
        ]
        for handler in handlers {
            pipeline.removeHandler(handler).assumeIsolated().whenFailure { _ in context.close(promise: nil) }
        }
    }
}
