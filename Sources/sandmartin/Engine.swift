import Foundation
import Glibc
import Isolation
import Languages
import LinuxKernel
import Logging
import ServiceLifecycle
import Sessions

/// The running engine: sandboxes and the service that uses them, as one thing that starts and ends.
struct Engine: Service {
    let sandboxes: SandboxEngine
    let executions: QueuedExecutionService
    /// Nil for a single run, which has none.
    let sessions: ServerSessions?
    private let shutdownTimeout: Duration

    /// What a server has around its runs; by default nothing, which is what a single run needs.
    struct Surroundings {
        var admission = Admission()
        var history: any ExecutionStore = InMemoryStore()
        var observers: [any ExecutionObserver] = []
        /// Nil: there are no sessions.
        var sessions: ServerSessions.Surroundings?
    }

    /// Finds the tools of `languages`, then starts. Throws when no sandbox can be made.
    static func start(
        _ configuration: Configuration, languages: [Language], screening: Screening,
        surroundings: Surroundings = Surroundings(), logger: Logger
    ) async throws -> Engine {
        let resolver = ToolchainResolver(environment: ProcessInfo.processInfo.environment)
        let registry = await LanguageRegistry(resolving: languages, with: resolver)
        for entry in registry.entries {
            guard case .unavailable(let reason) = entry.availability else { continue }
            logger.warning(
                "language unavailable", metadata: ["language": "\(entry.language.name)", "reason": "\(reason)"])
        }
        let sandboxes: SandboxEngine
        do {
            sandboxes = try await SandboxEngine.start(
                EngineConfiguration(configuration, toolchains: registry.mounts, logger: logger))
        } catch {
            throw StartFailure(reason: "\(error)")
        }
        guard sandboxes.isolation.level >= configuration.minimumIsolation else {
            await sandboxes.shutDown()
            throw StartFailure(
                reason: "isolation is \(sandboxes.isolation.level.rawValue), and minimum_isolation asks for "
                    + (["\(configuration.minimumIsolation.rawValue)"] + sandboxes.isolation.refusals).joined(
                        separator: "; "))
        }
        var sessions: ServerSessions?
        do {
            if let surroundings = surroundings.sessions {
                sessions = try await ServerSessions.open(
                    configuration, on: sandboxes, languages: registry, surroundings, logger: logger)
            }
        } catch {
            await sandboxes.shutDown()
            throw error
        }
        let service = QueuedExecutionService(
            languages: registry, limits: configuration.limits, screening: screening, sandboxes: sandboxes,
            configuration: .init(
                maximumRunning: configuration.maximumConcurrentRuns, maximumQueued: configuration.maximumQueuedRuns),
            admission: surroundings.admission, sessions: sessions?.directory, history: surroundings.history,
            observers: surroundings.observers,
            executor: sandboxes.executor, ready: { await sandboxes.readyCount }, logger: logger)
        let layers = sandboxes.isolation.layers.map { "\($0.name)=\($0.state)" }.joined(separator: " ")
        for refusal in sandboxes.isolation.refusals {
            logger.warning(
                "a stronger level of isolation cannot be had",
                metadata: ["reason": "\(refusal)", "fix": "\(DoctorReport.wayToNamespaces)"])
        }
        logger.info(
            "isolation", metadata: ["isolation_level": "\(sandboxes.isolation.level.rawValue)", "layers": "\(layers)"])
        return Engine(
            sandboxes: sandboxes, executions: service, sessions: sessions,
            shutdownTimeout: configuration.shutdownTimeout)
    }

    /// Lives until the server is asked to stop and the HTTP side, which comes after it in the group, has ended.
    func run() async throws {
        try await gracefulShutdown()
        await shutDown(within: shutdownTimeout)
    }

    /// Gives running programs so long, then ends them; leaves nothing behind.
    func shutDown(within duration: Duration) async {
        await executions.shutDown(within: duration)
        await sessions?.shutDown()
        await sandboxes.shutDown()
    }

    struct StartFailure: Error, CustomStringConvertible {
        let reason: String

        var description: String {
            "no sandbox can be made on this machine: \(reason). `sandmartin doctor` says what is missing and how to get it."
        }
    }
}

extension EngineConfiguration {
    init(_ configuration: Configuration, toolchains: [String], logger: Logger) {
        self.init(
            launcher: Self.launcherPath, standard: configuration.limits.standard,
            processors: configuration.sandboxProcessors)
        self.toolchains = toolchains
        strongest = configuration.maximumIsolation
        // Root's folder is closed to the user that programs are then.
        if geteuid() != 0 { scratch = configuration.sandboxDirectory + "/runs" }
        poolSize = configuration.poolSize
        // Twice what runs at once: those that are dying keep their place for a moment.
        var wanted = 2 * (configuration.poolSize + configuration.maximumConcurrentRuns) + 8
        if configuration.sessions.isEnabled {
            sessionPoolSize = min(4, max(2, configuration.sandboxProcessors))
            wanted += configuration.sessions.bounds.maximumAwake + 2 * sessionPoolSize
        }
        maximumSandboxes = min(4096, configuration.userIDs.count, wanted)
        firstUser = configuration.userIDs.lowerBound
        report = { logger.warning("\($0)") }
    }

    /// Beside this program, where both are installed.
    private static var launcherPath: String {
        let own = HostFile.canonicalPath("/proc/self/exe") ?? "/usr/local/bin/sandmartin"
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/sandmartin-launcher"
    }
}
