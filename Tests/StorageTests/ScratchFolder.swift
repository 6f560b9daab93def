import Foundation

/// A new folder that is removed at the end, also after a throw.
struct ScratchFolder: Sendable {
    let path: String

    static func with<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: (ScratchFolder) async throws -> Value
    ) async throws -> Value {
        let url = FileManager.default.temporaryDirectory.appending(path: "sandmartin-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        let value: Value
        do {
            value = try await body(ScratchFolder(path: url.path))
        } catch {
            try FileManager.default.removeItem(at: url)
            throw error
        }
        try FileManager.default.removeItem(at: url)
        return value
    }
}
