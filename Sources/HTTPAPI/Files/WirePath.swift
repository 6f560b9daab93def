import Hummingbird
import Isolation
import Sessions

/// Paths of files as requests carry them.
enum WirePath {
    /// All that comes after `files/` in the path of the request.
    static func rest(of request: Request) throws(InvalidRequest) -> FilePath {
        // /api/v1/sessions/{id}/files/
        let parts = request.uri.path.utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 6, omittingEmptySubsequences: false)
        guard parts.count == 7 else { throw invalid("path", "is missing") }
        return try path(decoded(Array(parts[6]), "path"), "path")
    }

    /// The parameter `path` of the query; the workspace if there is none.
    static func query(_ request: Request) throws(InvalidRequest) -> FilePath {
        for pair in (request.uri.query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].elementsEqual("path".utf8) else { continue }
            return try path(decoded(Array(parts[1]), "path"), "path")
        }
        return .workspace
    }

    /// A member of a JSON body.
    static func member(_ text: String, _ field: String) throws(InvalidRequest) -> FilePath {
        let found = try path(Array(text.utf8), field)
        guard !found.isWorkspace else { throw invalid(field, "is empty") }
        return found
    }

    private static func path(_ bytes: [UInt8], _ field: String) throws(InvalidRequest) -> FilePath {
        do throws(WorkspacePath.Invalid) {
            return try FilePath(text: bytes)
        } catch {
            throw invalid(field, error.reason)
        }
    }

    /// RFC 3986, section 2.1; the bytes need not be UTF-8.
    private static func decoded(_ text: [UInt8], _ field: String) throws(InvalidRequest) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16) else {
                throw invalid(field, "has a % that is not followed by two hexadecimal digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    private static func invalid(_ field: String, _ reason: String) -> InvalidRequest {
        InvalidRequest(field: field, message: "\(field) \(reason).")
    }
}
