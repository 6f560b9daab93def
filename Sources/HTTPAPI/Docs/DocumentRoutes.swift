import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /openapi.yaml`: the contract, as this server was built with it.
struct DocumentRoutes {
    let document: ByteBuffer

    /// Reads the document from the module's resources.
    init() throws {
        guard let url = Bundle.module.url(forResource: "openapi", withExtension: "yaml") else {
            throw CocoaError(.fileNoSuchFile)
        }
        document = ByteBuffer(bytes: try Data(contentsOf: url))
    }

    var routes: [Route] { [Route(method: .get, path: "/openapi.yaml", access: .everybody, answer: openapi)] }

    @Sendable private func openapi(_ request: Request, _ context: APIContext) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/yaml; charset=utf-8", .xContentTypeOptions: "nosniff"],
            body: ResponseBody(byteBuffer: document))
    }
}
