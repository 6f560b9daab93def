package import Isolation

/// A path beneath a session's workspace, as bytes: parts without NUL, none of them empty, `.` or `..`. Made by validation.
///
/// The workspace itself is the empty path. What a path leads to is nobody's promise: it is a program's to change.
package struct FilePath: Hashable, Sendable, CustomStringConvertible {
    /// The kernel's PATH_MAX and NAME_MAX.
    package static let maximumLength = 4095
    package static let maximumPartLength = 255

    package let bytes: [UInt8]

    package static let workspace = FilePath(unchecked: [])

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// Throws with the reason when the bytes are not such a path.
    package init(_ bytes: [UInt8]) throws(WorkspacePath.Invalid) {
        guard bytes.count <= Self.maximumLength else {
            throw WorkspacePath.Invalid(reason: "is longer than \(Self.maximumLength) bytes")
        }
        guard !bytes.contains(0) else { throw WorkspacePath.Invalid(reason: "has a NUL byte") }
        guard bytes.first != 0x2F else { throw WorkspacePath.Invalid(reason: "is absolute") }
        for part in Self.parts(of: bytes) {
            guard !part.isEmpty else { throw WorkspacePath.Invalid(reason: "has an empty part") }
            guard part != [0x2E], part != [0x2E, 0x2E] else {
                throw WorkspacePath.Invalid(reason: "has a part “\(String(decoding: part, as: UTF8.self))”")
            }
            guard part.count <= Self.maximumPartLength else {
                throw WorkspacePath.Invalid(reason: "has a part longer than \(Self.maximumPartLength) bytes")
            }
        }
        self.bytes = bytes
    }

    /// From the outside to the inside; empty for the workspace.
    package var parts: [[UInt8]] { Self.parts(of: bytes).map(Array.init) }

    private static func parts(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.isEmpty ? [] : bytes.split(separator: 0x2F, omittingEmptySubsequences: false)
    }

    package var isWorkspace: Bool { bytes.isEmpty }

    /// The last part; empty for the workspace.
    package var name: [UInt8] { bytes.lastIndex(of: 0x2F).map { Array(bytes[($0 + 1)...]) } ?? bytes }

    /// What the last part lies in; the workspace for a path of one part and for itself.
    package var parent: FilePath {
        FilePath(unchecked: bytes.lastIndex(of: 0x2F).map { Array(bytes[..<$0]) } ?? [])
    }

    /// A path further down; `path` is one that the kernel gave, and is not checked.
    func appending(_ path: [UInt8]) -> FilePath {
        FilePath(unchecked: path.isEmpty ? bytes : isWorkspace ? path : bytes + [0x2F] + path)
    }

    /// Whether it is `other` or lies in it.
    package func isBeneath(_ other: FilePath) -> Bool {
        other.isWorkspace || self == other || bytes.starts(with: other.bytes + [0x2F])
    }

    /// As it is written on the wire.
    package var description: String { Self.text(of: bytes) }
}
