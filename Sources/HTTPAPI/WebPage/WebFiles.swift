import Foundation

/// The files of the page by their paths: a fixed list, read at the start. A request is looked up in it, so that no path of
/// a request ever reaches the file system.
struct WebFiles: Sendable {
    private var files: [String: WebFile] = [:]

    /// What the files were made of is not there, or not readable.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// The files among the module's resources: they are found from wherever the program is run.
    static func bundled() throws -> WebFiles {
        guard let folder = Bundle.module.url(forResource: "Public", withExtension: nil) else {
            throw Unreadable(description: "the folder Public is not among the resources beside the program")
        }
        return try WebFiles(folder: folder)
    }

    /// Reads all files of known types below `folder`. `NAME.gz` is the compressed form of `NAME`.
    init(folder: URL) throws {
        guard let names = FileManager.default.enumerator(atPath: folder.path) else {
            throw Unreadable(description: "\(folder.path) cannot be read")
        }
        for case let name as String in names {
            guard let type = MediaType(path: name) else { continue }
            let url = folder.appending(path: name)
            let compressed = url.appendingPathExtension("gz")
            files["/\(name)"] = try WebFile(
                type: type, bytes: [UInt8](Data(contentsOf: url)),
                compressed: FileManager.default.fileExists(atPath: compressed.path)
                    ? [UInt8](Data(contentsOf: compressed)) : nil)
        }
        guard let page = files.removeValue(forKey: "/index.html") else {
            throw Unreadable(description: "\(folder.path) has no index.html")
        }
        files["/"] = page
        files["/docs"] = files.removeValue(forKey: "/docs/index.html")
        files["/page.json"] = try WebFile(type: .json, bytes: Array(description(of: vendorParts).utf8))
    }

    subscript(path: String) -> WebFile? { files[path] }
    var paths: [String] { files.keys.sorted() }

    /// What set-up has fetched: the names of the folders and pictures in `vendor`.
    var vendorParts: [String] {
        let prefix = "/vendor/"
        let names = files.keys.filter { $0.hasPrefix(prefix) }.compactMap { path in
            path.dropFirst(prefix.count).split(whereSeparator: { $0 == "/" || $0 == "." }).first.map(String.init)
        }
        return Set(names).sorted()
    }

    private func description(of parts: [String]) -> String {
        "{\"vendor\": [\(parts.map { "\"\($0)\"" }.joined(separator: ", "))]}\n"
    }
}
