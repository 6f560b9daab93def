import Foundation
import HTTPTypes
import Hummingbird
import Isolation
import Languages
import ServiceLifecycle
import Sessions

/// `GET /api/v1/system` and `GET /api/v1/system/stream`: the machine, and what it does.
struct SystemRoutes {
    let executions: any ExecutionService
    let sessions: (any SessionService)?
    let monitor: SystemMonitor
    let version: String
    let now: @Sendable () -> Timestamp

    var routes: [Route] {
        [
            Route(method: .get, path: "/api/v1/system", answer: system),
            Route(method: .get, path: "/api/v1/system/stream", answer: stream),
        ]
    }

    @Sendable private func system(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        guard let sample = monitor.latest else {
            throw APIError.overloaded("The machine was not looked at yet.", retryAfter: .seconds(1))
        }
        let time = now()
        return Response([
            "system": facts(at: time), "resources": sample.json(processors: monitor.facts.processors),
            "environment": environment, "sandbox_features": features, "load": await executions.load().json,
            "sessions": await sessionLoad, "timestamp": .string("\(time)"),
        ])
    }

    private func facts(at time: Timestamp) -> JSONValue {
        let facts = monitor.facts
        let uptime = time.date.timeIntervalSince(Timestamp(facts.booted).date)
        return [
            "platform": .string(facts.platform), "distribution": .string(facts.distribution),
            "kernel": .string(facts.kernel), "architecture": .string(facts.architecture),
            "hostname": .string(facts.hostname), "python_version": .optional(python?.version),
            "server_version": .string(version), "uptime": .number((max(0, uptime) * 1000).rounded() / 1000),
        ]
    }

    /// What programs find.
    private var environment: JSONValue {
        [
            "workspace": "/workspace", "user": "sandbox",
            "python_path": .optional(python?.executables["python3"] ?? python?.executables["python"]),
        ]
    }

    private var features: JSONValue {
        let limits = executions.limits.maximum
        return [
            "security": .string(
                "each run in a sandbox of its own, by the kernel: \(executions.isolation.level.rawValue)"),
            "resource_limits": .string(
                "at most \(limits.memory.mebibytes) MiB of memory, \(limits.processes) processes"),
            "timeout": .string("at most \(limits.wall / .seconds(1)) seconds"),
            "isolation": executions.isolation.json,
        ]
    }

    /// Null on a server without sessions.
    private var sessionLoad: JSONValue {
        get async {
            guard let sessions, sessions.obstacle == nil else { return .null }
            let load = await sessions.load()
            return [
                "active": .integer(load.awake), "hibernated": .integer(load.hibernated),
                "commands": .integer(load.commands), "terminals": .integer(load.terminals),
                "viewers": .integer(load.viewers),
            ]
        }
    }

    private var python: Toolchain? { executions.languages.language(named: "python")?.toolchain }

    // MARK: Live

    @Sendable private func stream(_ request: Request, _ context: APIContext) async throws -> Response {
        let history = try QueryReader(request, fields: ["history"]).integer(
            "history", in: 0...SystemMonitor.historyCount, default: 0)
        let (monitor, connection) = (monitor, context.connection)
        return Response(
            status: .ok, headers: EventStream.headers,
            body: ResponseBody { writer in
                let subscription = monitor.subscribe(history: history)
                defer { subscription.cancel() }
                try await withGracefulShutdownHandler {
                    try await connection.withGoneHandler {
                        for await sample in subscription.samples {
                            try await writer.write(message(sample).bytes)
                        }
                    } onClientGone: {
                        subscription.cancel()
                    }
                } onGracefulShutdown: {
                    subscription.cancel()
                }
                try await writer.finish(nil)
            })
    }

    private func message(_ sample: MachineSample) -> ServerSentEvent {
        .message(
            event: "sample",
            data: [
                "timestamp": sample.time.json, "resources": sample.json(processors: monitor.facts.processors),
            ])
    }
}
