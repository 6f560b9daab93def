import Foundation
import Isolation
import Sessions

extension ExecuteBody {
    /// The files, if their paths can stand together in one directory beside the source file.
    func workspaceFiles(besides sourceFile: String) throws(InvalidRequest) -> [WorkspaceFile] {
        var taken: Set<String> = [sourceFile]
        var workspaceFiles: [WorkspaceFile] = []
        for file in files {
            let path = try Self.path(of: file)
            guard taken.insert(file.path).inserted else {
                let reason = file.path == sourceFile ? "is the name of the source file" : "occurs twice"
                throw Self.invalid(file, reason)
            }
            workspaceFiles.append(WorkspaceFile(path: path, contents: try Self.contents(of: file)))
        }
        for file in files {
            if let parent = Self.parents(of: file.path).first(where: { taken.contains(String($0)) }) {
                throw Self.invalid(file, "uses the file “\(parent)” as a directory")
            }
        }
        return workspaceFiles
    }

    private static func path(of file: File) throws(InvalidRequest) -> WorkspacePath {
        do {
            return try WorkspacePath(file.path)
        } catch {
            throw invalid(file, error.reason)
        }
    }

    private static func contents(of file: File) throws(InvalidRequest) -> [UInt8] {
        switch file.encoding {
        case .utf8: return Array(file.content.utf8)
        case .base64:
            guard let data = Data(base64Encoded: file.content) else {
                throw InvalidRequest(
                    field: "\(file.name).content", message: "\(file.name).content is not valid base64.")
            }
            return Array(data)
        }
    }

    /// The directories above a path: `a/b/c` has `a` and `a/b`.
    private static func parents(of path: String) -> some Sequence<Substring> {
        path.utf8.indices.lazy.filter { path.utf8[$0] == UInt8(ascii: "/") }.map { path[..<$0] }
    }

    private static func invalid(_ file: File, _ reason: String) -> InvalidRequest {
        InvalidRequest(field: "\(file.name).path", message: "\(file.name).path \(reason).")
    }
}
