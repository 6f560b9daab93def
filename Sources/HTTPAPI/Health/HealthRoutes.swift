import Foundation
import Hummingbird
import Isolation
import Languages
import ServiceLifecycle
import Sessions

/// `GET /health`, `GET /ready` and `GET /`.
struct HealthRoutes {
    let executions: any ExecutionService
    let version: String
    let capabilities: [Capability]
    let start: Timestamp
    let now: @Sendable () -> Timestamp

    var routes: [Route] {
        [
            Route(method: .get, path: "/", access: .everybody, answer: health),
            Route(method: .get, path: "/health", access: .everybody, answer: health),
            Route(method: .get, path: "/ready", access: .everybody, answer: ready),
        ]
    }

    /// Alive, and in which state; 200 as long as the server can answer at all.
    @Sendable private func health(_ request: Request, _ context: APIContext) async throws -> Response {
        let load = await executions.load()
        let time = now()
        let obstacle = obstacle(load)
        return Response([
            "status": obstacle == nil ? "ok" : "degraded", "reason": .optional(obstacle), "version": .string(version),
            "capabilities": .array(capabilities.map { .string($0.rawValue) }),
            "uptime_seconds": .number((time.date.timeIntervalSince(start.date) * 1000).rounded() / 1000),
            "isolation": executions.isolation.json, "limits": executions.limits.standard.json,
            "languages": languages, "load": load.json, "timestamp": .string("\(time)"),
        ])
    }

    /// Whether a run that is sent now would be accepted.
    @Sendable private func ready(_ request: Request, _ context: APIContext) async throws -> Response {
        if Task.isShuttingDownGracefully { throw APIError(ExecutionRejection.shuttingDown) }
        if let obstacle = obstacle(await executions.load()) {
            throw APIError.overloaded("Not ready: \(obstacle).", retryAfter: .seconds(1))
        }
        return Response(["ready": true, "timestamp": .string("\(now())")])
    }

    /// What keeps programs from being run; nil when nothing does.
    private func obstacle(_ load: ExecutionLoad) -> String? {
        if executions.isolation.level == .none { return "this machine has no isolation" }
        if availableLanguages.isEmpty { return "no language's tools were found" }
        // What is being read waits, although nothing may run.
        let places = load.maximumRunning + load.maximumQueued
        if load.running + load.queued >= places { return "the queue is full" }
        return nil
    }

    private var availableLanguages: [LanguageRegistry.Entry] {
        executions.languages.entries.filter { if case .available = $0.availability { true } else { false } }
    }

    private var languages: JSONValue {
        let members = executions.languages.entries.map { entry in
            switch entry.availability {
            case .available(let version): JSONValue.Member(key: entry.language.name, value: .string(version))
            case .unavailable: JSONValue.Member(key: entry.language.name, value: .null)
            }
        }
        return .object(members)
    }
}

extension ExecutionLoad {
    var json: JSONValue {
        [
            "running": .integer(running), "queued": .integer(queued), "maximum_running": .integer(maximumRunning),
            "maximum_queued": .integer(maximumQueued), "ready_sandboxes": .integer(ready), "total": .integer(total),
        ]
    }
}
