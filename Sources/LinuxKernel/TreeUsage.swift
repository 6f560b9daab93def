import CLinux
import Glibc

/// Counts what a tree occupies, step by step, while strangers may change it: any depth, names and number of files.
///
/// A file with several names counts at each of them for its share, so that all names together give what it occupies and
/// nothing has to be remembered. Sparse files count what they occupy. Other file systems below are not entered.
///
/// The way down is remembered by inode, and only the last folders stay open; further up it goes back by `..`, and what it
/// finds there must be the folder that it came from. So memory is a few words for each level, and a tree that is moved
/// meanwhile cannot lead out, but ends the walk: then the answer is a lower bound.
package struct TreeUsage {
    /// Bytes allocated on disk.
    package private(set) var bytes = 0
    /// Files, folders and everything else; the top is not counted.
    package private(set) var entries = 0
    /// False for a lower bound: a limit was reached, or the tree changed on the way.
    package private(set) var isComplete = true

    /// What a count stops beyond.
    package struct Maximum: Sendable {
        package var bytes = Int.max
        package var entries = 5_000_000
        package var depth = 200_000

        package init() {}
    }

    private let device: dev_t
    private let maximum: Maximum
    /// From the top to the folder that is being read.
    private var levels: [Level] = []

    private struct Level {
        let inode: ino_t
        /// Where to go on in it once it has been closed.
        var offset: off_t = 0
        var open: OpenFolder?
    }

    private final class OpenFolder {
        let descriptor: SharedDescriptor
        var reader: DirectoryReader

        init(_ descriptor: SharedDescriptor, from offset: off_t = 0) throws(SystemError) {
            self.descriptor = descriptor
            reader = try DirectoryReader(descriptor.number, path: "a folder", from: offset)
        }
    }

    /// Folders that stay open at once.
    private static let openLevels = 16

    package init(of top: SharedDescriptor, upTo maximum: Maximum = Maximum()) throws(SystemError) {
        var status = stat()
        try SystemError.check(linux_fstat(top.number, &status), "stat", "a tree")
        device = status.st_dev
        bytes = Self.allocated(status)
        self.maximum = maximum
        let again = try Descriptor(result: linux_openat(top.number, ".", O_RDONLY | O_DIRECTORY, 0), "open", "a tree")
        levels = [Level(inode: status.st_ino, open: try OpenFolder(SharedDescriptor(again)))]
    }

    /// Goes on for that many entries. True when it is over.
    package mutating func step(_ count: Int) throws(SystemError) -> Bool {
        for _ in 0..<count {
            guard let folder = levels.last?.open else { return true }
            guard let entry = try folder.reader.next() else {
                try goUp()
                continue
            }
            try take(entry, in: folder)
            if entries >= maximum.entries || bytes > maximum.bytes { end() }
        }
        return levels.isEmpty
    }

    private mutating func end() {
        isComplete = false
        levels = []
    }

    private mutating func take(_ entry: DirectoryReader.Entry, in folder: OpenFolder) throws(SystemError) {
        var status = stat()
        let result = entry.withName { linux_fstatat(folder.descriptor.number, $0, &status, AT_SYMLINK_NOFOLLOW) }
        if result == -Int(ENOENT) { return }
        try SystemError.check(result, "stat", "an entry of a folder")
        entries += 1
        guard status.st_dev == device else { return }
        bytes += Self.allocated(status)
        if status.st_mode & S_IFMT == S_IFDIR { try goDown(entry, status, in: folder) }
    }

    private static func allocated(_ status: stat) -> Int {
        let bytes = Int(status.st_blocks) * 512
        let names = status.st_mode & S_IFMT == S_IFDIR ? 1 : max(1, Int(status.st_nlink))
        return (bytes + names - 1) / names
    }

    private mutating func goDown(
        _ entry: DirectoryReader.Entry, _ status: stat, in folder: OpenFolder
    ) throws(SystemError) {
        guard levels.count < maximum.depth else {
            isComplete = false
            return
        }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK
        var result = entry.withName { linux_openat(folder.descriptor.number, $0, flags, 0) }
        if result == -Int(EACCES) { result = openClosed(entry, in: folder) }
        // Gone, replaced, or closed to us: another user's, and we are not privileged.
        if [ENOENT, ENOTDIR, ELOOP, EACCES].contains(Int32(-min(result, 0))) {
            isComplete = result == -Int(ENOENT)
            return
        }
        let descriptor = SharedDescriptor(try Descriptor(result: result, "open", "a folder"))
        var found = stat()
        try SystemError.check(linux_fstat(descriptor.number, &found), "stat", "a folder")
        guard found.st_dev == device, found.st_ino == status.st_ino else {
            isComplete = false
            return
        }
        if found.st_mode & 0o500 != 0o500, found.st_uid == geteuid(), geteuid() != 0 {
            try SystemError.check(
                linux_fchmod(descriptor.number, UInt32(found.st_mode) & 0o777 | 0o700), "chmod", "a folder")
        }
        levels.append(Level(inode: found.st_ino, open: try OpenFolder(descriptor)))
        let far = levels.count - 1 - Self.openLevels
        if far >= 0, let open = levels[far].open {
            levels[far].offset = open.reader.offset
            levels[far].open = nil
        }
    }

    /// A folder of our own user whose modes forbid us to look, for example because somebody wants to hide what is in it:
    /// it loses those modes. The descriptor, or a negated errno.
    private func openClosed(_ entry: DirectoryReader.Entry, in folder: OpenFolder) -> Int {
        let flags = LINUX_O_PATH | O_DIRECTORY | O_NOFOLLOW
        let place = entry.withName { linux_openat(folder.descriptor.number, $0, flags, 0) }
        guard place >= 0 else { return place }
        defer { _ = linux_close(Int32(place)) }
        var status = stat()
        let path = "/proc/self/fd/\(place)"
        guard linux_fstat(Int32(place), &status) >= 0, status.st_uid == geteuid(),
            linux_chmod(path, UInt32(status.st_mode) & 0o777 | 0o700) >= 0
        else { return -Int(EACCES) }
        return linux_open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0)
    }

    private mutating func goUp() throws(SystemError) {
        guard let below = levels.popLast()?.open, let above = levels.last, above.open == nil else { return }
        let result = linux_openat(below.descriptor.number, "..", O_RDONLY | O_DIRECTORY, 0)
        guard result >= 0 else { return end() }
        let descriptor = SharedDescriptor(Descriptor(owning: Int32(result)))
        var status = stat()
        try SystemError.check(linux_fstat(descriptor.number, &status), "stat", "a folder")
        guard status.st_dev == device, status.st_ino == above.inode else { return end() }
        levels[levels.count - 1].open = try OpenFolder(descriptor, from: above.offset)
    }
}
