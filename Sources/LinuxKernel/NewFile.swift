import CLinux
import Glibc

/// A file in the making: nobody can name it before it is complete, and it is gone with its last owner, also by a crash.
///
/// It has no name until `appear` (O_TMPFILE). Where the file system cannot do that, it has a name of ours that begins with
/// ``temporaryPrefix``, and only a crash leaves it behind.
package final class NewFile {
    package static let temporaryPrefix = ".sandmartin-"
    package let descriptor: SharedDescriptor
    private let folder: Folder
    private var temporaryName: [UInt8]?

    /// Readable by its maker alone until `finish`.
    package init(in folder: Folder) throws(SystemError) {
        self.folder = folder
        let result = linux_open_unnamed(folder.descriptor.number, 0o600)
        if result == -Int(EOPNOTSUPP) || result == -Int(EISDIR) {
            let name = Self.randomName()
            let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
            let named = name.withCPath { linux_openat(folder.descriptor.number, $0, flags, 0o600) }
            descriptor = SharedDescriptor(try Descriptor(result: named, "create", "a file"))
            temporaryName = name
        } else {
            descriptor = SharedDescriptor(try Descriptor(result: result, "create", "a file"))
        }
    }

    deinit {
        if let temporaryName { _ = temporaryName.withCPath { linux_unlinkat(folder.descriptor.number, $0) } }
    }

    package func write(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let result = bytes.withUnsafeBytes {
                linux_pwrite(
                    descriptor.number, $0.baseAddress! + written, $0.count - written, off_t(offset + written))
            }
            if result == -Int(EINTR) { continue }
            written += try SystemError.check(result, "write", "a file")
        }
    }

    /// Sets the size; what was not written is a hole.
    package func truncate(to size: Int) throws(SystemError) {
        try SystemError.check(linux_ftruncate(descriptor.number, off_t(size)), "truncate", "a file")
    }

    /// Gives it away and sets its permissions; never set-user-id, set-group-id or sticky.
    package func finish(owner: FileOwner?, mode: Int, modified: Int? = nil) throws(SystemError) {
        if let owner {
            try SystemError.check(linux_fchown(descriptor.number, owner.user, owner.group), "chown", "a file")
        }
        try SystemError.check(linux_fchmod(descriptor.number, UInt32(mode & 0o777)), "chmod", "a file")
        if let modified {
            try SystemError.check(linux_set_modified(descriptor.number, Int64(modified)), "set the time of", "a file")
        }
    }

    /// Gives it its name at once and whole. What has the name is replaced unless it is a folder, or EEXIST is thrown.
    package func appear(as name: [UInt8], replacing: Bool) throws(SystemError) {
        guard name.isFileName else { throw SystemError("use the name", name.shownPath, Errno(EINVAL)) }
        if temporaryName == nil {
            let result = link(as: name)
            guard result == -Int(EEXIST), replacing else {
                try SystemError.check(result, "create", name.shownPath)
                return
            }
            let between = Self.randomName()
            try SystemError.check(link(as: between), "create", name.shownPath)
            temporaryName = between
        }
        guard let from = temporaryName else { return }
        try folder.rename(from, to: folder, name, replacing: replacing)
        temporaryName = nil
    }

    package func status() throws(SystemError) -> FileStatus {
        var found = stat()
        try SystemError.check(linux_fstat(descriptor.number, &found), "stat", "a file")
        return FileStatus(found)
    }

    private func link(as name: [UInt8]) -> Int {
        let directory = folder.descriptor.number
        let result = name.withCPath { linux_link_descriptor(descriptor.number, directory, $0) }
        guard result == -Int(ENOENT) else { return result }
        return name.withCPath { linux_link_followed("/proc/self/fd/\(descriptor.number)", directory, $0) }
    }

    private static func randomName() -> [UInt8] {
        Array((temporaryPrefix + String(UInt64.random(in: 0 ... .max), radix: 36)).utf8)
    }
}
