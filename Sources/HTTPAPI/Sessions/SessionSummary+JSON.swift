import Isolation
import Sessions

extension SessionSummary {
    var json: JSONValue {
        [
            "id": .string(row.id.description), "name": .optional(row.name?.isEmpty == false ? row.name : nil),
            "state": .string(row.state.rawValue), "default": .boolean(row.isDefault),
            "working_directory": .string(workingDirectory), "running": .integer(running),
            "created_at": row.created.json, "last_used_at": row.lastUsed.json, "expires_at": row.expires.json,
            "idle_timeout": row.idleTimeout.seconds, "lifetime": lifetime.seconds, "limits": limits, "usage": use,
            "env": Self.object(row.environment), "metadata": Self.object(row.metadata),
        ]
    }

    /// From its creation.
    private var lifetime: Duration { .milliseconds(row.expires.milliseconds - row.created.milliseconds) }

    private var limits: JSONValue {
        [
            "memory_mb": .integer(row.memory.mebibytes), "processes": .integer(row.processes),
            "disk_mb": .integer(row.disk.mebibytes),
        ]
    }

    private var use: JSONValue {
        [
            "commands": .integer(row.commands), "cpu_ms": row.cpu.milliseconds,
            "disk_bytes": .integer(row.diskUsed.bytes), "memory_bytes": .optional(usage?.memory.bytes),
            "peak_memory_bytes": .optional(usage?.peakMemory.bytes), "processes": .integer(usage?.processes ?? 0),
            "scratch_bytes": .optional(usage?.scratch.bytes),
        ]
    }

    private static func object(_ strings: [String: String]) -> JSONValue {
        .object(strings.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .string($0.value)) })
    }
}

extension SessionBounds {
    /// What `GET /security/policy` says of sessions.
    var json: JSONValue {
        [
            "idle_timeout": Self.range(standardIdleTimeout, maximumIdleTimeout),
            "lifetime": Self.range(standardLifetime, maximumLifetime),
            "timeout": Self.range(standardTimeout, maximumTimeout),
            "limits": [
                "memory_mb": .integer(limits.memory.mebibytes), "processes": .integer(limits.processes),
                "disk_mb": .integer(disk.mebibytes),
            ],
            "output_bytes": .integer(command.output.bytes), "hibernation": hibernation.seconds,
            "maximum_sessions": .integer(maximumSessions), "maximum_awake": .integer(maximumAwake),
        ]
    }

    private static func range(_ standard: Duration, _ most: Duration) -> JSONValue {
        ["default": standard.seconds, "maximum": most.seconds]
    }
}
