/// A relative path inside a workspace: no leading slash, no `.` or `..`, no empty part, no NUL. Made only by validation.
package struct WorkspacePath: Hashable, Sendable, CustomStringConvertible {
    /// Bytes in the whole path and in one part, below the kernel's own limits (PATH_MAX, NAME_MAX).
    package static let maximumLength = 1024
    package static let maximumPartLength = 255

    package let description: String

    /// Throws with the reason when `text` is not such a path.
    package init(_ text: String) throws(Invalid) {
        guard !text.isEmpty else { throw Invalid(reason: "is empty") }
        guard text.utf8.count <= Self.maximumLength else {
            throw Invalid(reason: "is longer than \(Self.maximumLength) bytes")
        }
        guard !text.utf8.contains(0) else { throw Invalid(reason: "has a NUL byte") }
        guard text.utf8.first != UInt8(ascii: "/") else { throw Invalid(reason: "is absolute") }
        // By bytes, as the kernel does it: a slash with a combining mark is one character, and that is not a slash.
        for bytes in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let part = Substring(bytes)
            guard !bytes.isEmpty else { throw Invalid(reason: "has an empty part") }
            guard part != "." && part != ".." else { throw Invalid(reason: "has a part “\(part)”") }
            guard bytes.count <= Self.maximumPartLength else {
                throw Invalid(reason: "has a part longer than \(Self.maximumPartLength) bytes")
            }
        }
        description = text
    }

    package struct Invalid: Error, Hashable {
        /// Continues a sentence that begins with the path's name: "files[0].path has a NUL byte".
        package let reason: String

        package init(reason: String) { self.reason = reason }
    }
}

/// A file put into a workspace before the program starts.
package struct WorkspaceFile: Hashable, Sendable {
    package var path: WorkspacePath
    package var contents: [UInt8]
    package var isExecutable: Bool

    package init(path: WorkspacePath, contents: [UInt8], isExecutable: Bool = false) {
        self.path = path
        self.contents = contents
        self.isExecutable = isExecutable
    }
}

/// A file read back out of a workspace after the program ended.
package struct CollectedFile: Hashable, Sendable {
    /// As found on disk; bytes that are not UTF-8 are replaced.
    package var path: String
    package var contents: [UInt8]
    /// The file's size; `contents` is shorter when a cap cut it.
    package var size: ByteCount

    package init(path: String, contents: [UInt8], size: ByteCount) {
        self.path = path
        self.contents = contents
        self.size = size
    }
}
