import HTTPTypes
import Hummingbird
import Isolation
import Sessions

/// `/api/v1/sessions/{id}/terminal`, a WebSocket, and `…/terminals`.
struct TerminalRoutes {
    let sessions: any SessionService
    let gate: Gate
    /// Between two looks whether a viewer's key still holds.
    let checkInterval: Duration

    static let path = SessionsRoutes.path + "/{id}/terminal"
    /// What a client may name in Sec-WebSocket-Protocol.
    static let subprotocol = "sandmartin.terminal.v1"

    var routes: [Route] {
        [
            Route(method: .get, path: Self.path, answer: attach),
            Route(method: .get, path: Self.path + "s", answer: list),
            Route(method: .delete, path: Self.path + "s/{terminal}", answer: end),
        ]
    }

    @Sendable private func attach(_ request: Request, _ context: APIContext) async throws -> Response {
        let query = try QueryReader(request, fields: ["terminal", "columns", "rows"])
        let size = TerminalSize(rows: try side("rows", 24, query), columns: try side("columns", 80, query))
        let terminal = try query.text("terminal").map(Self.terminal)
        let handshake = try WebSocketHandshake(request, subprotocols: [Self.subprotocol])
        let attachment = try await sessions.attach(
            to: terminal, size: size, of: try context.session, by: try context.caller)
        // Who comes back to a terminal finds it in the size that it has, or brings another.
        let bringsSize = query.text("columns") != nil || query.text("rows") != nil
        if terminal != nil, bringsSize { try await attachment.resize(size) }
        let socket = TerminalSocket(attachment, context.connection, checkInterval: checkInterval) { [gate] in
            gate.stillHolds(request, context)
        }
        return handshake.answer(request) { writer, messages in await socket.serve(&writer, messages) }
    }

    private func side(_ name: String, _ standard: Int, _ query: QueryReader) throws(InvalidRequest) -> UInt16 {
        UInt16(try query.integer(name, in: 1...Int(UInt16.max), default: standard))
    }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let terminals = try await sessions.terminals(of: try context.session, for: try context.caller)
        return Response(["terminals": .array(terminals.map(\.json))])
    }

    @Sendable private func end(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let terminal = try Self.terminal(context.parameters.get("terminal") ?? "")
        try await sessions.endTerminal(terminal, of: try context.session, by: try context.caller)
        return Response(status: .noContent)
    }

    /// What has not the form of an identifier names no terminal.
    private static func terminal(_ text: String) throws(SessionRefusal) -> TerminalID {
        guard let id = TerminalID(text) else { throw .notFound(what: "terminal") }
        return id
    }
}

extension TerminalSummary {
    fileprivate var json: JSONValue {
        [
            "id": .string(id.description), "started_at": started.json, "viewers": .integer(viewers),
            "columns": .integer(Int(size.columns)), "rows": .integer(Int(size.rows)),
            "exit_code": .optional(exitCode),
        ]
    }
}
