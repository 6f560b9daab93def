import Glibc
import Isolation
import Languages
import LinuxKernel
import Logging
import ServiceLifecycle
import Sessions
import Storage

/// The sessions of a server with what they stand on: the directory of workspaces and the threads for files.
struct ServerSessions: Service {
    let service: any SessionService
    /// Nil where there are no sessions.
    let directory: SessionDirectory?
    private let parts: Parts?

    private struct Parts {
        let disk: WorkspaceDisk
        let threads: FileThreads
        /// The folder is this server's as long as this lives.
        let lock: DataFolder.Lock
        /// Where the sandboxes come from, if not from where those of runs do.
        let engine: SandboxEngine?

        func stop() async {
            disk.stop()
            threads.stop()
            await engine?.shutDown()
            withExtendedLifetime(lock) {}
        }
    }

    /// What sessions have in common with the rest of the server.
    struct Surroundings {
        let store: any SessionStore
        let records: SessionRecords
        let screening: Screening
        let admission: Admission
    }

    /// Takes the workspaces into use and reconciles them with the store. A machine on which workspaces cannot be mounted
    /// gets a service that says so; throws for a folder that cannot be used.
    static func open(
        _ configuration: Configuration, on sandboxes: SandboxEngine, languages: LanguageRegistry,
        _ surroundings: Surroundings, logger: Logger
    ) async throws -> ServerSessions {
        let settings = configuration.sessions
        guard settings.isEnabled else {
            return unavailable(settings, "This server keeps no sessions: its operator has switched them off.")
        }
        let isRoot = geteuid() == 0
        guard sandboxes.isolation.level != .landlock || !isRoot else {
            return unavailable(
                settings, "This server keeps no sessions: at the level landlock it must not run as root.")
        }
        let needsOwnEngine = sandboxes.isolation.level == .namespaces && !isRoot
        guard !needsOwnEngine || configuration.minimumIsolation <= .landlock else {
            return unavailable(
                settings,
                "This server keeps no sessions: only root can give them workspaces on disk at the level namespaces, and "
                    + "minimum_isolation allows no other.")
        }
        let folder = try DataFolder(path: settings.workspacePath, setting: Settings.workspacePath.key, isForeign: true)
        let lock = try folder.lock()
        var own: SandboxEngine?
        if needsOwnEngine {
            do throws(SandboxFailure) {
                own = try await confinedEngine(configuration, languages, logger)
            } catch {
                logger.error("there are no sessions", metadata: ["reason": "\(error)"])
                return unavailable(
                    settings,
                    "This server keeps no sessions: only root can give them workspaces on disk at the level namespaces, and "
                        + "the level landlock cannot be had.")
            }
        }
        do {
            return try await open(
                settings, on: own ?? sandboxes, languages, surroundings, logger,
                Parts(
                    disk: try WorkspaceDisk(path: settings.workspacePath),
                    threads: try FileThreads(count: min(4, max(2, configuration.sandboxProcessors))), lock: lock,
                    engine: own))
        } catch {
            await own?.shutDown()
            throw error
        }
    }

    private static func open(
        _ settings: SessionSettings, on sandboxes: SandboxEngine, _ languages: LanguageRegistry,
        _ surroundings: Surroundings, _ logger: Logger, _ parts: Parts
    ) async throws -> ServerSessions {
        if let problem = await probe(parts.disk, sandboxes, settings) {
            logger.error("there are no sessions", metadata: ["reason": "\(problem)"])
            await parts.stop()
            return unavailable(
                settings, "This server keeps no sessions: their workspaces cannot be mounted on this machine.")
        }
        let directory = SessionDirectory(
            SessionConfiguration(settings, searchPath: languages.searchPath), store: surroundings.store,
            disk: parts.disk, threads: parts.threads, sandboxes: sandboxes, isolation: sandboxes.isolation,
            screening: surroundings.screening, admission: surroundings.admission, records: surroundings.records,
            logger: logger)
        try await directory.begin()
        return ServerSessions(service: directory, directory: directory, parts: parts)
    }

    /// Sandboxes of the level landlock beside those of the level namespaces, for a server that may not mount its workspaces
    /// there because it is not root.
    private static func confinedEngine(
        _ configuration: Configuration, _ languages: LanguageRegistry, _ logger: Logger
    ) async throws(SandboxFailure) -> SandboxEngine {
        var wanted = EngineConfiguration(configuration, toolchains: languages.mounts, logger: logger)
        wanted.strongest = .landlock
        wanted.poolSize = 0
        let engine = try await SandboxEngine.start(wanted)
        logger.notice(
            "sessions are at the level landlock, because only root can give them workspaces at the level namespaces")
        return engine
    }

    private static func unavailable(_ settings: SessionSettings, _ reason: String) -> ServerSessions {
        ServerSessions(
            service: UnavailableSessions(bounds: settings.bounds, reason: reason), directory: nil, parts: nil)
    }

    /// Begins like what interrupted removals left, which is removed at start.
    private static let probe = WorkspaceDisk.removalPrefix + "probe"

    /// Makes one sandbox over a workspace; answers why that is impossible.
    private static func probe(
        _ disk: WorkspaceDisk, _ sandboxes: SandboxEngine, _ settings: SessionSettings
    ) async -> String? {
        let identity = sandboxes.isolation.identity(
            ofSession: HostIdentity(user: settings.userIDs.lowerBound, group: settings.userIDs.lowerBound))
        do {
            try await disk.removeIfPresent(probe)
            let workspace = try await disk.make(probe, for: identity)
            let sandbox = try await sandboxes.sandbox(
                for: SessionSpecification(workspace: workspace, identity: identity, limits: settings.bounds.limits))
            await sandbox.destroy()
            try await disk.remove(probe)
            return nil
        } catch {
            return "\(error)"
        }
    }

    func run() async throws {
        if let directory { try await directory.run() } else { try await gracefulShutdown() }
        await parts?.stop()
    }

    /// For a server that does not come to run.
    func shutDown() async {
        await directory?.shutDown()
        await parts?.stop()
    }
}

extension LanguageRegistry {
    /// Where the tools of all languages are.
    fileprivate var searchPath: String {
        var folders: [String] = []
        for entry in entries {
            guard let toolchain = entry.toolchain else { continue }
            for folder in toolchain.searchPath.split(separator: ":").map(String.init) where !folders.contains(folder) {
                folders.append(folder)
            }
        }
        let standard = ["/usr/local/bin", "/usr/bin", "/bin"]
        return (folders.filter { !standard.contains($0) } + standard).joined(separator: ":")
    }
}
