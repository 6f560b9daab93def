package import Foundation
import HTTPTypes
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
        package var webSockets = WebSocketLimits()
        /// Of those who signed in, here and now.
        package var signIns = SignIns()
        /// Between two looks whether the key behind a stream that goes on for hours still holds.
        package var keyCheckInterval = Duration.seconds(10)
        /// Between two comments in a stream that is silent.
        package var keepAlive = Duration.seconds(15)
        /// How long runs that clients wait for may go on when the server is asked to stop.
        package var shutdownGrace = Duration.seconds(5)
        /// Pages of these may use the server besides its own, such as `https://example.org`; in lower case.
        package var allowedOrigins: Set<String> = []

        /// Files that are sent or received at once.
        package var transfers = TransferSlots()

        package init(version: String) { self.version = version }
    }

    /// What the routes stand on.
    package struct Services: Sendable {
        package var executions: any ExecutionService
        package var authenticator: Authenticator
        package var quotas: Quotas
        package var audit: any AuditLog
        package var journal: Journal
        package var monitor: SystemMonitor
        package var metrics: PrometheusRegistry
        /// Nil on a server that cannot have sessions: then it does not have their routes.
        package var sessions: (any SessionService)?
        /// The same object, unless a test has nothing but files.
        package var files: (any SessionFiles)?

        package init(
            executions: any ExecutionService, authenticator: Authenticator, quotas: Quotas, audit: any AuditLog,
            journal: Journal, monitor: SystemMonitor, metrics: PrometheusRegistry,
            sessions: (any SessionService)? = nil, files: (any SessionFiles)? = nil
        ) {
            self.sessions = sessions
            self.files = files ?? sessions
            self.executions = executions
            self.authenticator = authenticator
            self.quotas = quotas
            self.audit = audit
            self.journal = journal
            self.monitor = monitor
            self.metrics = metrics
        }

        /// Whether sessions can be had now; a server that can have none says why on every route of theirs.
        var hasSessions: Bool { sessions.map { $0.obstacle == nil } ?? false }
    }

    package let configuration: Configuration
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let makeRequestID: @Sendable () -> String
    private let metrics: PrometheusRegistry
    private let journal: Journal
    private let gate: Gate
    /// Every operation, as the OpenAPI document describes them.
    let routes: [Route]
    private let page: WebFiles

    /// Throws when the OpenAPI document or the page is not among the program's resources.
    package init(
        configuration: Configuration, services: Services, logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() },
        makeRequestID: (@Sendable () -> String)? = nil
    ) throws {
        let clock: @Sendable () -> Timestamp = { Timestamp(now()) }
        let wallTime: @Sendable () -> WallTime = {
            WallTime(milliseconds: Int((now().timeIntervalSince1970 * 1000).rounded(.down)))
        }
        self.configuration = configuration
        self.logger = logger
        self.now = clock
        self.makeRequestID = makeRequestID ?? { RequestIDMiddleware.random() }
        metrics = services.metrics
        journal = services.journal
        page = try WebFiles.bundled()
        gate = Gate(
            authenticator: services.authenticator, signIns: configuration.signIns,
            origins: OriginRule(allowed: configuration.allowedOrigins),
            note: { services.journal.note($0) }, now: wallTime)
        let others =
            try Self.runRoutes(configuration, services, clock) + Self.serverRoutes(configuration, services, clock)
            + KeysRoutes(keys: services.authenticator.keys, quotas: services.quotas, now: wallTime).routes
            + AuditRoutes(audit: services.audit, journal: services.journal).routes
            + SignInRoutes(gate: gate).routes + Self.fileRoutes(configuration, services)
            + Self.sessionRoutes(configuration, services, gate, clock)
        routes =
            others
            + HealthRoutes(
                executions: services.executions, version: configuration.version,
                capabilities: Capability.all(in: others, hasSessions: services.hasSessions), start: clock(), now: clock
            ).routes
    }

    private static func runRoutes(
        _ configuration: Configuration, _ services: Services, _ now: @escaping @Sendable () -> Timestamp
    ) -> [Route] {
        let executions = services.executions
        let lifetime = ExecutionLifetime(shutdownGrace: configuration.shutdownGrace)
        return ExecuteRoutes(
            executions: executions, bounds: configuration.bounds, lifetime: lifetime,
            keepAlive: configuration.keepAlive, now: now
        ).routes
            + RunsRoutes(executions: executions, now: now).routes
            + AnalyzeRoutes(executions: executions, bounds: configuration.bounds).routes
            + LanguagesRoutes(executions: executions).routes
            + PolicyRoutes(executions: executions, sessions: services.sessions, bounds: configuration.bounds).routes
            + RulesRoutes(executions: executions).routes
    }

    private static func fileRoutes(_ configuration: Configuration, _ services: Services) -> [Route] {
        guard let files = services.files else { return [] }
        return FilesRoutes(sessions: files, bounds: configuration.bounds, transfers: configuration.transfers).routes
            + ArchiveRoutes(sessions: files, transfers: configuration.transfers).routes
    }

    private static func sessionRoutes(
        _ configuration: Configuration, _ services: Services, _ gate: Gate, _ now: @escaping @Sendable () -> Timestamp
    ) -> [Route] {
        guard let sessions = services.sessions else { return [] }
        let lifetime = ExecutionLifetime(shutdownGrace: configuration.shutdownGrace)
        let checkInterval = configuration.keyCheckInterval
        return SessionsRoutes(sessions: sessions, bounds: configuration.bounds).routes
            + CommandsRoutes(
                sessions: sessions, screening: services.executions.screening, bounds: configuration.bounds,
                lifetime: lifetime, keepAlive: configuration.keepAlive, now: now
            ).routes
            + ProcessesRoutes(sessions: sessions, bounds: configuration.bounds, lifetime: lifetime).routes
            + TerminalRoutes(sessions: sessions, gate: gate, checkInterval: checkInterval).routes
            + EventsRoutes(
                sessions: sessions, gate: gate, keepAlive: configuration.keepAlive, checkInterval: checkInterval
            ).routes
    }

    private static func serverRoutes(
        _ configuration: Configuration, _ services: Services, _ now: @escaping @Sendable () -> Timestamp
    ) throws -> [Route] {
        let (executions, version) = (services.executions, configuration.version)
        return SystemRoutes(
            executions: executions, sessions: services.sessions, monitor: services.monitor, version: version, now: now
        ).routes
            + MetricsRoutes(
                executions: executions, sessions: services.sessions, monitor: services.monitor,
                registry: services.metrics, version: version
            ).routes
            + (try DocumentRoutes()).routes
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
        router.add(middleware: MetricsMiddleware(factory: metrics, routes: routeNames))
        router.add(middleware: CompressionMiddleware())
        router.add(middleware: ErrorMiddleware(routes: RouteIndex(routes), logger: logger, now: now))
        router.add(middleware: WebPageMiddleware(files: page))
        router.add(middleware: RecordsMiddleware(journal: journal))
        for route in routes {
            router.on(RouterPath(route.routerPath), method: route.method) { [gate] request, context in
                var context = context
                context.identified = try gate.caller(for: route.access, request, context)
                return try await route.answer(request, context)
            }
        }
        return router
    }

    /// What the document calls a route, by what the router calls it.
    private var routeNames: [String: String] {
        Dictionary(routes.map { ($0.routerPath, $0.path) }) { first, _ in first }
    }

    private var channel: HTTP1Channel.Configuration {
        let (limits, configuration) = (configuration.connections, configuration)
        let index = RouteIndex(routes)
        let bodyLimit: @Sendable (HTTPRequest) -> Int = { [longest = configuration.bounds.body] request in
            let path = request.path?.prefix { $0 != "?" } ?? ""
            return index.streamsBody(request.method, String(path)) ? .max : longest
        }
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
                ConnectionHandler(
                    limits: limits, webSockets: configuration.webSockets, bodyLimit: bodyLimit,
                    errorAnswer: errorAnswer)
            ],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers, maxHeaderFieldCount: 100))
    }
}
