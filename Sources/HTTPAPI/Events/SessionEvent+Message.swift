import Isolation
import Sessions

extension SessionEvent {
    /// As the stream of the session's events has it.
    var message: ServerSentEvent {
        switch self {
        case .state(let state): .message(event: "state", data: ["state": .string(state.rawValue)])
        case .files(let change): .message(event: "files", data: change.json)
        case .commandStarted(let pid, let command):
            .message(event: "command_started", data: ["pid": .integer(Int(pid)), "command": .string(command)])
        case .commandEnded(let pid, let outcome, let exitCode):
            .message(
                event: "command_ended",
                data: [
                    "pid": .integer(Int(pid)), "status": .string(outcome.rawValue), "exit_code": .optional(exitCode),
                ])
        case .terminalStarted(let id):
            .message(event: "terminal_started", data: ["id": .string(id.description)])
        case .terminalEnded(let id): .message(event: "terminal_ended", data: ["id": .string(id.description)])
        case .missed(let count): .message(event: "missed", data: ["events": .integer(count)])
        }
    }
}

extension FileChange {
    fileprivate var json: JSONValue {
        let (word, from): (JSONValue, FilePath?) =
            switch kind {
            case .created: ("created", nil)
            case .changed: ("changed", nil)
            case .removed: ("removed", nil)
            case .moved(let from): ("moved", from)
            case .rescan: ("rescan", nil)
            case .unwatched: ("unwatched", nil)
            }
        return [
            "change": word, "path": .string(path.description), "from": .optional(from?.description),
            "folder": .boolean(isFolder),
        ]
    }
}
