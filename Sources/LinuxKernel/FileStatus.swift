import CLinux
import Glibc

/// What the kernel knows about a file, a folder or anything else that has a name (stat(2)).
package struct FileStatus: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case file, directory, link, fifo, socket, device
    }

    /// A moment of the wall clock with the file system's own precision.
    package struct Time: Hashable, Sendable {
        package let seconds: Int
        package let nanoseconds: Int
    }

    package let kind: Kind
    /// Bytes that can be read, of a sparse file more than it occupies.
    package let size: Int
    /// Bytes on disk.
    package let allocated: Int
    /// The permission bits, set-user-id and its kin included.
    package let mode: Int
    /// How many names it has.
    package let names: Int
    package let owner: FileOwner
    package let inode: UInt64
    package let device: UInt64
    /// When its contents changed last, as programs can set it.
    package let modified: Time
    /// When anything of it changed last, as the kernel counts.
    package let changed: Time

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            default: .device
            }
        size = Int(status.st_size)
        allocated = Int(status.st_blocks) * 512
        mode = Int(status.st_mode & 0o7777)
        names = Int(status.st_nlink)
        owner = FileOwner(user: status.st_uid, group: status.st_gid)
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
        modified = Time(seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
        changed = Time(seconds: status.st_ctim.tv_sec, nanoseconds: status.st_ctim.tv_nsec)
    }
}

/// The user and group of the host that a file belongs to.
package struct FileOwner: Hashable, Sendable {
    package let user: UInt32
    package let group: UInt32

    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }
}
