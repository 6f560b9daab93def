import Interception
import Isolation
import Sessions

/// The answer to a command that was decided, whatever its fate: the names of a run's answer, and those that belong to a
/// session.
struct CommandAnswer {
    let reply: CommandReply
    let encoding: OutputEncoding
    let timestamp: Timestamp

    var json: JSONValue {
        let run = run
        let answer = RunAnswer(run: run, encoding: encoding)
        var members: [JSONValue.Member] = [
            .init(key: "success", value: .boolean(isSuccess)), .init(key: "status", value: .string(status)),
            .init(key: "session_id", value: .string(reply.session.description)),
            .init(key: "pid", value: .optional(reply.pid.map(Int.init))),
        ]
        members += answer.outputMembers
        members.append(.init(key: "error", value: .optional(run.explanation)))
        members += answer.endMembers
        members += [
            .init(key: "working_directory", value: .string(reply.workingDirectory)),
            .init(key: "resource_usage", value: sessionUsage),
            .init(
                key: "usage",
                value: .object(run.usage.members + [.init(key: "queued_ms", value: reply.waited.milliseconds)])),
            .init(key: "limits", value: reply.limits.json(in: reply.sessionLimits)),
            .init(key: "background_processes", value: .boolean(leavesProcesses)),
            .init(key: "security_report", value: reply.report?.json ?? .null),
            .init(key: "isolation", value: reply.isolation.json),
            .init(key: "timestamp", value: .string("\(timestamp)")),
        ]
        return .object(members)
    }

    /// A command that never ran, or that has not ended, has the same fields, empty.
    private var run: RunResult {
        switch reply.fate {
        case .blocked(let reason): RunResult(outcome: .blocked, explanation: reason)
        case .running: RunResult(outcome: .ok)
        case .ended(let result): result.run
        }
    }

    private var status: String {
        switch reply.fate {
        case .blocked: Outcome.blocked.rawValue
        case .running: "running"
        case .ended(let result): result.run.outcome.rawValue
        }
    }

    private var isSuccess: Bool {
        switch reply.fate {
        case .blocked: false
        case .running: true
        case .ended(let result): result.run.outcome == .ok
        }
    }

    private var leavesProcesses: Bool {
        switch reply.fate {
        case .blocked: false
        case .running: true
        case .ended(let result): result.hasBackground
        }
    }

    /// Of the whole session. The first two are percentages, as they have been since these names exist.
    private var sessionUsage: JSONValue {
        guard let usage = reply.usage else { return .null }
        let wall = run.usage.wall / .seconds(1)
        return [
            "memory": .hundredths(100 * Double(usage.memory.bytes) / Double(max(1, reply.sessionLimits.memory.bytes))),
            "cpu": .hundredths(wall > 0 ? 100 * (run.usage.cpu / .seconds(1)) / wall : 0),
            "memory_bytes": .integer(usage.memory.bytes), "peak_memory_bytes": .integer(usage.peakMemory.bytes),
            "cpu_ms": usage.cpu.milliseconds, "processes": .integer(usage.processes),
            "scratch_bytes": .integer(usage.scratch.bytes),
        ]
    }
}

extension CommandLimits {
    /// In the names of a run's limits; null is unlimited.
    fileprivate func json(in session: SessionLimits) -> JSONValue {
        [
            "wall_ms": wall?.milliseconds ?? .null, "cpu_ms": cpu?.milliseconds ?? .null,
            "memory_mb": .integer(session.memory.mebibytes), "processes": .integer(session.processes),
            "output_bytes": .integer(output.bytes), "file_bytes": .integer(fileSize.bytes),
            "scratch_mb": .integer(session.scratch.mebibytes), "open_files": .integer(openFiles),
        ]
    }
}

extension JSONValue {
    fileprivate static func hundredths(_ number: Double) -> JSONValue { .number((number * 100).rounded() / 100) }
}
