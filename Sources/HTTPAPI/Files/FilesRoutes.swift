import HTTPTypes
import Hummingbird
import LinuxKernel
import Sessions

/// `/api/v1/sessions/{id}/files`: the files of a session.
struct FilesRoutes {
    let sessions: any SessionFiles
    let bounds: RequestBounds
    let transfers: TransferSlots

    static let path = "/api/v1/sessions/{id}/files"

    var routes: [Route] {
        [
            Route(method: .get, path: Self.path, answer: list),
            Route(method: .post, path: Self.path, answer: change),
            Route(method: .get, path: Self.path + "/{path}", answer: download),
            Route(method: .put, path: Self.path + "/{path}", streamsBody: true, answer: upload),
            Route(method: .delete, path: Self.path + "/{path}", answer: remove),
        ]
    }

    // MARK: Looking

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let query = try QueryReader(request, fields: ["path", "limit", "cursor"])
        let path = try WirePath.query(request)
        let limit = try query.integer("limit", in: 1...WorkspaceFiles.maximumPage, default: 500)
        let (workspace, _) = try await sessions.workspace(context)
        let list = try await workspace.files.list(path, limit: limit, after: query.text("cursor"))
        return Response(list.json)
    }

    @Sendable private func download(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let path = try WirePath.rest(of: request)
        let (workspace, id) = try await sessions.workspace(context)
        let slot = try transfers.take(for: id)
        let file = try await workspace.files.open(path)
        return try FileAnswer(path: path, file: file, files: workspace.files, slot: slot).response(to: request.headers)
    }

    // MARK: Writing

    @Sendable private func upload(_ request: Request, _ context: APIContext) async throws -> Response {
        let mode = try Self.mode(QueryReader(request, fields: ["mode"]))
        let path = try WirePath.rest(of: request)
        let conditions = try FileConditions(request.headers)
        guard request.headers[.contentRange] == nil else {
            throw InvalidRequest(field: "Content-Range", message: "A part of a file cannot be written; send all of it.")
        }
        let (workspace, id) = try await sessions.workspace(context)
        let slot = try transfers.take(for: id)
        let upload = try await workspace.files.upload(path, mode: mode, if: conditions, workspace.allowance)
        if let size = StreamedBody.announced(request) { try await upload.expect(size) }
        try await StreamedBody.forEach(of: request) { try await upload.write($0) }
        let (entry, isNew) = try await upload.finish()
        withExtendedLifetime(slot) {}
        workspace.note(FileAction(.write, path, bytes: entry.status.size))
        return Response(entry.json, status: isNew ? .created : .ok, headers: [.eTag: entry.tag.header])
    }

    /// Permission bits in octal, as chmod(1) takes them.
    private static func mode(_ query: QueryReader) throws(InvalidRequest) -> Int? {
        guard let text = query.text("mode") else { return nil }
        guard let mode = Int(text, radix: 8), (0...0o777).contains(mode), text.utf8.count <= 4 else {
            throw InvalidRequest(field: "mode", message: "mode must be permissions in octal, such as 0644 or 755.")
        }
        return mode
    }

    @Sendable private func remove(_ request: Request, _ context: APIContext) async throws -> Response {
        let query = try QueryReader(request, fields: ["recursive"])
        let recursive = try Self.flag("recursive", query)
        let path = try WirePath.rest(of: request)
        let conditions = try FileConditions(request.headers)
        let (workspace, _) = try await sessions.workspace(context)
        let count = try await workspace.files.remove(
            path, recursive: recursive, if: conditions, workspace.allowance)
        workspace.note(FileAction(.delete, path))
        return Response(["path": .string(path.description), "removed_entries": .integer(count)])
    }

    private static func flag(_ name: String, _ query: QueryReader) throws(InvalidRequest) -> Bool {
        switch query.text(name) {
        case nil, "false": return false
        case "true": return true
        default: throw InvalidRequest(field: name, message: "\(name) must be true or false.")
        }
    }

    // MARK: Changing

    @Sendable private func change(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let change = try FileChangeBody(try await BodyReader(limit: bounds.body).json(of: request))
        let (workspace, id) = try await sessions.workspace(context)
        let files = workspace.files
        switch change {
        case .makeFolder(let path):
            let (entry, isNew) = try await files.makeFolder(path, workspace.allowance)
            if isNew { workspace.note(FileAction(.mkdir, path)) }
            return Self.changed(entry, status: isNew ? .created : .ok)
        case .move(let from, let to, let replacing):
            let entry = try await files.move(from, to: to, replacing: replacing, workspace.allowance)
            workspace.note(FileAction(.move, to, source: from))
            return Self.changed(entry)
        case .copy(let from, let to, let replacing):
            let slot = try transfers.take(for: id)
            let (entry, leftOut) = try await files.copy(from, to: to, replacing: replacing, workspace.allowance)
            withExtendedLifetime(slot) {}
            workspace.note(FileAction(.copy, to, source: from, bytes: entry.status.size))
            return Self.changed(entry, leftOut: leftOut)
        }
    }

    private static func changed(
        _ entry: FileEntry, status: HTTPResponse.Status = .ok, leftOut: Int = 0
    ) -> Response {
        Response(["entry": entry.json, "left_out": .integer(leftOut)], status: status)
    }
}
