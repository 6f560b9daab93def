import Isolation
import Sessions

extension ProcessSummary {
    var json: JSONValue {
        [
            "pid": .integer(Int(pid)), "command": .string(command), "background": .boolean(isBackground),
            "state": .string(state.rawValue), "started_at": started.json,
            "status": .string(result?.outcome.rawValue ?? "running"), "exit_code": .optional(result?.exitCode),
            "signal": .optional(result?.signal), "error": .optional(result?.explanation),
            "output_bytes": .integer(outputBytes), "usage": result.map { .object($0.usage.members) } ?? .null,
            "activity": activity?.json ?? .null,
        ]
    }
}

extension CommandActivity {
    fileprivate var json: JSONValue {
        [
            "processes": .integer(processes), "cpu_ms": cpu.milliseconds, "memory_bytes": .integer(resident.bytes),
        ]
    }
}
