import Foundation
import HTTPAPI
import Interception
import Isolation
import Languages
import LinuxKernel
import Logging
import NIOCore
import ServiceLifecycle
import Sessions
import Storage
import UnixSignals

/// Puts the parts together: the one place that knows all of them. Used by the verbs and by tests.
enum Wiring {
    /// Serves until it is asked to stop. `onRunning` is told the port once connections are accepted.
    static func serve(
        _ configuration: Configuration, logger: Logger, onRunning: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        let languages = try LanguageCatalog(folder: configuration.languagesDirectory).languages
        let screening = try await Screening(configuration)
        let records = try await Records.open(configuration, logger: logger)
        // The folder is this server's until everything else has ended.
        defer { withExtendedLifetime(records) {} }
        try configuration.checkListening(hasKey: records.keys.isInUse)
        let monitor = try await monitor(configuration, logger)
        let (quotas, metrics) = (try await records.quotas(), PrometheusRegistry())
        let admission = Admission(quotas: quotas, pressure: { monitor.pressure })
        await screening.interceptor.prepare()
        let engine = try await Engine.start(
            configuration, languages: languages, screening: screening,
            surroundings: Engine.Surroundings(
                admission: admission, history: records.store,
                observers: [records.journal, RunMetrics(factory: metrics)],
                sessions: ServerSessions.Surroundings(
                    store: records.store, records: SessionRecords(journal: records.journal, metrics: metrics),
                    screening: screening, admission: admission)),
            logger: logger)
        do {
            let services = APIServer.Services(
                executions: engine.executions, authenticator: records.authenticator(configuration), quotas: quotas,
                audit: records.store, journal: records.journal, monitor: monitor, metrics: metrics,
                sessions: engine.sessions?.service)
            let sessions: [any Service] = [engine.sessions].compactMap(\.self)
            let application = try application(configuration, services, logger, onRunning: onRunning)
            var group = ServiceGroupConfiguration(
                // Ended from the last to the first: what is told at the very end is written.
                services: [records.journal, records.keys, monitor, engine] + sessions + [application],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.quiet)
            // What is left after the engine's own patience and this is not waited for.
            group.maximumGracefulShutdownDuration = configuration.shutdownTimeout + .seconds(5)
            try await ServiceGroup(configuration: group).run()
        } catch {
            await engine.shutDown(within: .zero)
            throw ListenFailure(error, configuration) ?? error
        }
        logger.info("stopped")
    }

    /// The watch over the machine, which has looked once.
    private static func monitor(_ configuration: Configuration, _ logger: Logger) async throws -> SystemMonitor {
        let monitor = SystemMonitor(
            facts: try .current(processors: configuration.sandboxProcessors), limits: configuration.machineLimits,
            reader: MachineReader(folder: configuration.dataDirectory), logger: logger)
        await monitor.begin()
        return monitor
    }

    private static func application(
        _ configuration: Configuration, _ services: APIServer.Services, _ logger: Logger,
        onRunning: @escaping @Sendable (Int) -> Void
    ) throws -> some Service {
        let api = try APIServer(
            configuration: APIServer.Configuration(configuration), services: services, logger: logger)
        return api.application { port in
            logger.info(
                "serving",
                metadata: [
                    "url": "http://\(configuration.host):\(port)", "port": "\(port)",
                    "version": "\(Sandmartin.version)",
                ])
            onRunning(port)
        }
    }

    /// Starts the engine for `languages`, runs `body`, and leaves nothing behind.
    static func withExecutionService<Value: Sendable>(
        _ configuration: Configuration, languages: [Language], logger: Logger,
        _ body: @Sendable (any ExecutionService) async throws -> Value
    ) async throws -> Value {
        let engine = try await Engine.start(
            configuration, languages: languages, screening: try await Screening(configuration), logger: logger)
        let value: Value
        do {
            value = try await body(engine.executions)
        } catch {
            await engine.shutDown(within: .zero)
            throw error
        }
        await engine.shutDown(within: .zero)
        return value
    }

    /// What this machine isolates: found by making a sandbox. The problem says why it is less than what is asked for.
    static func diagnose(_ configuration: Configuration) async -> Diagnosis {
        var diagnosis = Diagnosis(isolation: nil, problem: nil, kernel: [])
        do {
            diagnosis.kernel = KernelChecks(try KernelFeatures.probe()).checks
            var engineConfiguration = EngineConfiguration(
                configuration, toolchains: [],
                logger: Logger(label: "doctor") { _ in
                    SwiftLogNoOpLogHandler()
                })
            engineConfiguration.poolSize = 0
            let sandboxes = try await SandboxEngine.start(engineConfiguration)
            diagnosis.isolation = sandboxes.isolation
            let isConfined = sandboxes.isolation.level == .landlock && configuration.minimumIsolation == .landlock
            diagnosis.kernel = KernelChecks(try KernelFeatures.probe(), needsGroups: !isConfined).checks
            await sandboxes.shutDown()
        } catch {
            diagnosis.problem = "\(error)"
        }
        return diagnosis
    }

    /// The result as `POST /execute` answers it.
    static func json(_ result: ExecutionResult) -> [UInt8] {
        ExecutionAnswer(result: result, at: Date()).bytes
    }
}

extension APIServer.Configuration {
    init(_ configuration: Configuration) {
        self.init(version: Sandmartin.version)
        host = configuration.host
        port = configuration.port
        bounds.body = configuration.maximumBody.bytes
        bounds.code = configuration.maximumCode.bytes
        connections.requestTimeout = .nanoseconds(Int64(configuration.requestTimeout / .nanoseconds(1)))
        shutdownGrace = configuration.shutdownTimeout
        allowedOrigins = configuration.access.allowedOrigins
    }
}

extension Logger {
    /// For libraries, whose own progress is nobody's business.
    fileprivate var quiet: Logger {
        var logger = self
        logger.logLevel = max(logLevel, .warning)
        return logger
    }
}

/// The address cannot be listened on: in words, instead of the name of a system call.
private struct ListenFailure: Error, CustomStringConvertible {
    let description: String

    init?(_ error: any Error, _ configuration: Configuration) {
        guard let error = error as? IOError else { return nil }
        let address = "\(configuration.host):\(configuration.port)"
        switch error.errnoCode {
        case EADDRINUSE:
            description = "\(address) is in use: stop what listens there, or choose another port with --port"
        case EACCES:
            description = "\(address) may not be listened on by this user: choose a port above 1023 with --port"
        case EADDRNOTAVAIL: description = "\(address) is no address of this machine: choose another one with --host"
        default: description = "\(address) cannot be listened on: \(error)"
        }
    }
}
