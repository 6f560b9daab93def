import Foundation

/// A file of the host, readable by everybody there, that no sandbox may see; removed with its owner.
final class HostSecret: Sendable {
    let path: String
    /// What stands in it: found nowhere else.
    let text: String

    init() throws {
        text = "secret-\(UInt64.random(in: 0 ... .max))-\(UInt64.random(in: 0 ... .max))"
        path = FileManager.default.temporaryDirectory.path + "/sandmartin-secret-\(UInt64.random(in: 0 ... .max))"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            preconditionFailure("cannot remove \(path): \(error)")
        }
    }
}
