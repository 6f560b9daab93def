import HTTPTypes
import Hummingbird
import NIOCore
import Sessions

/// `/api/v1/sessions/{id}/archive`: a folder of a session as a tar.gz, down and up.
struct ArchiveRoutes {
    let sessions: any SessionFiles
    let transfers: TransferSlots

    static let path = "/api/v1/sessions/{id}/archive"

    var routes: [Route] {
        [
            Route(method: .get, path: Self.path, answer: download),
            Route(method: .put, path: Self.path, streamsBody: true, answer: upload),
        ]
    }

    @Sendable private func download(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: ["path"])
        let path = try WirePath.query(request)
        let (workspace, id) = try await sessions.workspace(context)
        let slot = try transfers.take(for: id)
        let archive = try await workspace.files.archive(path)
        let name = (path.isWorkspace ? Array("workspace".utf8) : path.name) + Array(".tar.gz".utf8)
        var headers = FileAnswer.headers(name: name)
        headers[.contentType] = "application/gzip"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                _ = slot
                while let bytes = try await archive.next() { try await writer.write(ByteBuffer(bytes: bytes)) }
                try await writer.finish(nil)
            })
    }

    @Sendable private func upload(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: ["path"])
        let path = try WirePath.query(request)
        let (workspace, id) = try await sessions.workspace(context)
        let slot = try transfers.take(for: id)
        let archive = try await workspace.files.unpack(into: path, workspace.allowance)
        // What was unpacked before a failure stays, and is in the records too.
        defer { workspace.note(FileAction(.unpack, path)) }
        try await StreamedBody.forEach(of: request) { try await archive.write($0) }
        let summary = try await archive.finish()
        withExtendedLifetime(slot) {}
        return Response([
            "path": .string(path.description), "files": .integer(summary.files), "folders": .integer(summary.folders),
            "links": .integer(summary.links), "size_bytes": .integer(summary.bytes),
        ])
    }
}
