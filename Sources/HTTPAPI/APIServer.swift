package import Foundation
package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOHTTPTypes
package import Sessions

/// The HTTP face of the server: routes, and the application that serves them.
package struct APIServer: Sendable {
    package struct Configuration: Sendable {
        package var host = "127.0.0.1"
        /// 0: any free port.
        package var port = 7860
        package var version: String
        package var bounds = RequestBounds()
        package var connections = ConnectionLimits()
        /// Between two comments in a stream that is silent.
        package var keepAlive = Duration.seconds(15)
        /// How long runs that clients wait for may go on when the server is asked to stop.
        package var shutdownGrace = Duration.seconds(5)

        package init(version: String) { self.version = version }
    }

    package let configuration: Configuration
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let makeRequestID: @Sendable () -> String
    /// Every operation, as the OpenAPI document describes them.
    let routes: [Route]
    private let page: WebFiles

    /// Throws when the OpenAPI document or the page is not among the program's resources.
    package init(
        configuration: Configuration, executions: any ExecutionService, logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() },
        makeRequestID: (@Sendable () -> String)? = nil
    ) throws {
        let clock: @Sendable () -> Timestamp = { Timestamp(now()) }
        let lifetime = ExecutionLifetime(shutdownGrace: configuration.shutdownGrace)
        self.configuration = configuration
        self.logger = logger
        self.now = clock
        self.makeRequestID = makeRequestID ?? { RequestIDMiddleware.random() }
        page = try WebFiles.bundled()
        let others =
            ExecuteRoutes(
                executions: executions, bounds: configuration.bounds, lifetime: lifetime,
                keepAlive: configuration.keepAlive, now: clock
            ).routes
            + RunsRoutes(executions: executions, now: clock).routes
            + AnalyzeRoutes(executions: executions, bounds: configuration.bounds).routes
            + LanguagesRoutes(executions: executions).routes
            + PolicyRoutes(executions: executions, bounds: configuration.bounds).routes
            + (try DocumentRoutes()).routes
        routes =
            others
            + HealthRoutes(
                executions: executions, version: configuration.version, capabilities: Capability.all(in: others),
                start: clock(), now: clock
            ).routes
    }

    /// The service that listens and answers. `onRunning` is told the port once connections are accepted.
    package func application(
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) -> Application<RouterResponder<APIContext>> {
        var quiet = logger
        // Hummingbird's own lines say nothing that ours do not.
        quiet.logLevel = max(logger.logLevel, .warning)
        return Application(
            router: router, server: .http1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.connections.connections)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) }, logger: quiet)
    }

    private var router: Router<APIContext> {
        let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestIDMiddleware(makeID: makeRequestID))
        router.add(middleware: RequestLogMiddleware(logger: logger))
        router.add(middleware: ErrorMiddleware(routes: RouteIndex(routes), logger: logger, now: now))
        router.add(middleware: WebPageMiddleware(files: page))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method, use: route.answer)
        }
        return router
    }

    private var channel: HTTP1Channel.Configuration {
        let limits = configuration.connections
        let bodyLimit = configuration.bounds.body
        let errorAnswer: @Sendable (APIError) -> ErrorParts = { [now, makeRequestID, logger] error in
            let id = makeRequestID()
            logger.info(
                "request refused",
                metadata: [
                    "status": "\(error.code.status.code)", "code": "\(error.code.rawValue)", "request_id": "\(id)",
                ])
            return ErrorParts(error, requestID: id, at: now())
        }
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionHandler(limits: limits, bodyLimit: bodyLimit, errorAnswer: errorAnswer)
            ],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers, maxHeaderFieldCount: 100))
    }
}
