import Glibc
package import LinuxKernel

/// Why something could not be done with a workspace's files.
package struct FileFailure: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case notFound
        /// What is there is not what it would have to be.
        case conflict
        /// It is not, or no longer, what the caller said that it must be.
        case preconditionFailed
        /// More than the caller may keep.
        case tooLarge
        /// A request that is wrong whatever the files are.
        case invalid(field: String)
        /// The machine has no room.
        case diskFull
        /// As much of this goes on as may at once.
        case busy
        /// Ours.
        case system(SystemError)
    }

    package let reason: Reason
    /// A whole sentence for the caller.
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// What a call of the kernel's about `path` means to the caller.
    init(_ error: SystemError, at path: FilePath) {
        switch error.errno.code {
        case ENOENT: self = .notFound(path)
        case ENOTDIR: self = .conflict(path, "is not a folder, or one of its folders is none")
        case ELOOP: self = .conflict(path, "is a link or lies behind one, and links are not followed")
        case EXDEV: self = .conflict(path, "is on another file system")
        case EISDIR: self = .conflict(path, "is a folder")
        case EMLINK: self = .conflict(path, "has several names (hard links), and only files with one are used")
        case ENXIO, ENODEV: self = .conflict(path, "is neither a file nor a folder")
        case EEXIST: self = .conflict(path, "exists already")
        case ENOTEMPTY: self = .conflict(path, "is a folder that is not empty")
        case EACCES, EPERM: self = .conflict(path, "may not be used by the server")
        case ESTALE, EBUSY: self = .conflict(path, "is in use")
        case EFBIG: self.init(.tooLarge, "\(Self.shown(path)) is larger than the file system takes.")
        case ENAMETOOLONG: self.init(.invalid(field: "path"), "\(Self.shown(path)) has too long a name.")
        case ENOSPC, EDQUOT: self.init(.diskFull, "The disk of the server is full; try again later.")
        default: self.init(.system(error), "The server failed to use \(Self.shown(path)).")
        }
    }

    static func notFound(_ path: FilePath) -> FileFailure {
        FileFailure(.notFound, "There is no \(shown(path)) in this workspace.")
    }

    static func conflict(_ path: FilePath, _ what: String) -> FileFailure {
        FileFailure(.conflict, "\(shown(path)) \(what).")
    }

    static func changed(_ path: FilePath) -> FileFailure {
        FileFailure(.preconditionFailed, "\(shown(path)) is not what the request says that it must be.")
    }

    static func shown(_ path: FilePath) -> String {
        path.isWorkspace ? "The workspace" : "“\(path.description.prefix(256))”"
    }
}
