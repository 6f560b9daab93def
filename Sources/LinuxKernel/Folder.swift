import CLinux
import Glibc

/// An open folder in a tree that strangers may change meanwhile.
///
/// Everything is done to names of one part in it, and no link is followed: whatever the folder was moved to and whatever
/// its names are given to, no call reaches beyond what lies directly in it.
package struct Folder: Sendable {
    package let descriptor: SharedDescriptor
    package let status: FileStatus

    init(_ descriptor: SharedDescriptor) throws(SystemError) {
        self.descriptor = descriptor
        var found = stat()
        try SystemError.check(linux_fstat(descriptor.number, &found), "stat", "a folder")
        status = FileStatus(found)
    }

    /// What `name` is itself; nil if there is nothing.
    package func status(of name: [UInt8]) throws(SystemError) -> FileStatus? {
        var found = stat()
        let result = try use(name) { linux_fstatat(descriptor.number, $0, &found, AT_SYMLINK_NOFOLLOW) }
        if result == Int(-ENOENT) { return nil }
        try SystemError.check(result, "stat", name.shownPath)
        return FileStatus(found)
    }

    /// Opens a regular file with one name for reading; anything else throws EISDIR, ELOOP, EMLINK or ENXIO, and nothing blocks.
    package func open(_ name: [UInt8]) throws(SystemError) -> OpenFile {
        // What is no file is not opened at all if it can be known; the race is decided below, by the descriptor.
        if let status = try status(of: name) { try OpenFile.check(status, name) }
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW
        let result = try use(name) { linux_openat(descriptor.number, $0, flags, 0) }
        return try OpenFile(SharedDescriptor(try Descriptor(result: result, "open", name.shownPath)), name)
    }

    /// Opens a folder on the same file system. Throws ENOENT, ENOTDIR or ELOOP if it is none, EXDEV for another one's.
    package func folder(_ name: [UInt8]) throws(SystemError) -> Folder {
        let flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOFOLLOW
        let result = try use(name) { linux_openat(descriptor.number, $0, flags, 0) }
        let folder = try Folder(SharedDescriptor(try Descriptor(result: result, "open", name.shownPath)))
        guard folder.status.device == status.device else {
            throw SystemError("open", name.shownPath, Errno(EXDEV))
        }
        return folder
    }

    /// Makes a folder and gives it away. Throws EEXIST if the name is taken.
    package func makeFolder(_ name: [UInt8], owner: FileOwner?, mode: Int = 0o755) throws(SystemError) -> Folder {
        try SystemError.check(
            try use(name) { linux_mkdirat(descriptor.number, $0, UInt32(mode)) }, "make the folder", name.shownPath)
        let made = try folder(name)
        // Somebody may have put another folder here meanwhile, which then is theirs already.
        guard let owner, made.status.owner.user == geteuid() else { return made }
        try SystemError.check(linux_fchown(made.descriptor.number, owner.user, owner.group), "chown", name.shownPath)
        try SystemError.check(linux_fchmod(made.descriptor.number, UInt32(mode)), "chmod", name.shownPath)
        return made
    }

    /// Makes a link to `target`, whatever that is. Throws EEXIST if the name is taken.
    package func makeLink(_ name: [UInt8], to target: [UInt8], owner: FileOwner?) throws(SystemError) {
        let result = try use(name) { name in target.withCPath { linux_symlinkat($0, descriptor.number, name) } }
        try SystemError.check(result, "link", name.shownPath)
        guard let owner else { return }
        let given = try use(name) { linux_lchownat(descriptor.number, $0, owner.user, owner.group) }
        try SystemError.check(given, "chown", name.shownPath)
    }

    /// Where a link leads; nil if `name` is no link. At most 4095 bytes.
    package func target(of name: [UInt8]) throws(SystemError) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4095)
        let result = try use(name) { linux_readlinkat(descriptor.number, $0, &buffer, buffer.count) }
        if result == Int(-EINVAL) || result == Int(-ENOENT) { return nil }
        return Array(buffer.prefix(try SystemError.check(result, "read the link", name.shownPath)))
    }

    /// Removes a name that is no folder.
    package func unlink(_ name: [UInt8]) throws(SystemError) {
        try SystemError.check(try use(name) { linux_unlinkat(descriptor.number, $0) }, "remove", name.shownPath)
    }

    /// Removes an empty folder; ENOTEMPTY for another one.
    package func removeFolder(_ name: [UInt8]) throws(SystemError) {
        try SystemError.check(try use(name) { linux_rmdirat(descriptor.number, $0) }, "remove", name.shownPath)
    }

    /// Moves a name. What has the new name is replaced (a folder only if it is empty), or EEXIST is thrown.
    package func rename(
        _ name: [UInt8], to folder: Folder, _ newName: [UInt8], replacing: Bool
    ) throws(SystemError) {
        try Self.check(newName)
        try SystemError.check(
            try use(name) { name in
                newName.withCPath {
                    linux_rename(
                        descriptor.number, name, folder.descriptor.number, $0, replacing ? 0 : LINUX_RENAME_NOREPLACE)
                }
            }, "move", name.shownPath)
    }

    /// Nothing but names of one part reach the kernel.
    private func use(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Int) throws(SystemError) -> Int {
        try Self.check(name)
        return name.withCPath(body)
    }

    private static func check(_ name: [UInt8]) throws(SystemError) {
        guard name.isFileName else {
            throw SystemError("use the name", name.shownPath, Errno(name.count > 255 ? ENAMETOOLONG : EINVAL))
        }
    }
}
