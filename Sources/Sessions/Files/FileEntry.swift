package import LinuxKernel

/// Something in a workspace as it was found.
package struct FileEntry: Hashable, Sendable {
    package let path: FilePath
    package let status: FileStatus
    /// Where a link leads, as it says itself.
    package var target: [UInt8]?

    package init(path: FilePath, status: FileStatus, target: [UInt8]? = nil) {
        self.path = path
        self.status = status
        self.target = target
    }

    package var tag: EntityTag { EntityTag(status) }
}

/// A part of what is in a folder.
package struct FileList: Hashable, Sendable {
    /// What the path led to.
    package let subject: FileEntry
    /// What is in it, if it is a folder: by name where this is all of it, otherwise in no order.
    package let entries: [FileEntry]
    /// What gives the next part; nil: this was the last.
    package let next: String?
}

/// Tells one state of a file from all others, as far as the kernel can (RFC 9110, section 8.8.3).
package struct EntityTag: Hashable, Sendable {
    /// Without quotation marks.
    package let text: String

    package init(text: String) { self.text = text }

    package init(_ status: FileStatus) {
        let fields = [
            Int(bitPattern: UInt(status.device)), Int(bitPattern: UInt(status.inode)), status.size,
            status.modified.seconds, status.modified.nanoseconds, status.changed.seconds, status.changed.nanoseconds,
        ]
        text = fields.map { String($0, radix: 36) }.joined(separator: ".")
    }
}

/// What must be so for a file to be touched (RFC 9110, section 13).
package struct FileConditions: Hashable, Sendable {
    package enum Tags: Hashable, Sendable {
        case any
        case oneOf([EntityTag])

        package func contains(_ tag: EntityTag?) -> Bool {
            guard let tag else { return false }
            return switch self {
            case .any: true
            case .oneOf(let tags): tags.contains(tag)
            }
        }
    }

    /// `If-Match`: the file is there and has one of these.
    package var match: Tags?
    /// `If-None-Match`: the file is not there, or has none of these.
    package var noneMatch: Tags?

    package init(match: Tags? = nil, noneMatch: Tags? = nil) {
        self.match = match
        self.noneMatch = noneMatch
    }

    /// `tag` is nil when there is no file.
    func allow(_ tag: EntityTag?) -> Bool { match?.contains(tag) != false && noneMatch?.contains(tag) != true }
}
