import CLinux
import Glibc

/// Goes through a tree that strangers may change meanwhile: every folder before what is in it.
///
/// Nothing is followed, nothing recurses, and one folder is open at a time. The way back up is a path beneath the top,
/// opened again and compared with the folder that was left: a tree that is moved about cannot lead elsewhere, but may make
/// the walk miss things. Memory is a few words for each level, of which a path has at most 2048.
package struct TreeWalk {
    package struct Item: Sendable {
        /// Beneath the top.
        package let path: [UInt8]
        package let status: FileStatus
        /// The folder that it lies in.
        package let folder: Folder
        package let name: [UInt8]
    }

    /// Bytes of the longest path that the kernel takes (PATH_MAX without its NUL).
    package static let maximumPath = 4095

    private let top: Directory
    /// The folder that is being read, and those above it.
    private var levels: [Level] = []
    private var path: [UInt8] = []
    private var current: Current?
    /// The folder that was given last and has not been entered yet.
    private var pending: Item?
    /// False if something was missed: a path too long, or a tree that changed.
    package private(set) var isComplete = true

    private struct Level {
        /// Of the path down to here.
        let length: Int
        let inode: UInt64
        /// Where to go on after what is below it.
        var offset: off_t = 0
    }

    private final class Current {
        let folder: Folder
        var reader: DirectoryReader

        init(_ folder: Folder, from offset: off_t) throws(SystemError) {
            self.folder = folder
            reader = try DirectoryReader(folder.descriptor.number, path: "a folder", from: offset)
        }
    }

    /// Begins at `folder`, which is not itself an item.
    package init(_ folder: Folder) throws(SystemError) {
        top = Directory(folder.descriptor)
        // A read position of its own.
        let start = try top.folder([])
        levels = [Level(length: 0, inode: start.status.inode)]
        current = try Current(start, from: 0)
    }

    /// The next entry; nil at the end. A folder is entered by the call after it.
    package mutating func next() throws(SystemError) -> Item? {
        if let folder = pending {
            pending = nil
            try enter(folder)
        }
        while !levels.isEmpty {
            guard let current = try open() else { continue }
            guard let entry = try current.reader.next() else {
                leave()
                continue
            }
            guard let status = try current.folder.status(of: entry.name) else { continue }
            let path = self.path + (self.path.isEmpty ? [] : [0x2F]) + entry.name
            let item = Item(path: path, status: status, folder: current.folder, name: entry.name)
            if status.kind == .directory { pending = item }
            return item
        }
        return nil
    }

    /// Leaves out what is in the folder that was given last.
    package mutating func skipFolder() { pending = nil }

    private mutating func enter(_ item: Item) throws(SystemError) {
        guard item.path.count <= Self.maximumPath - 256, let current else {
            isComplete = false
            return
        }
        do throws(SystemError) {
            let folder = try item.folder.folder(item.name)
            levels[levels.count - 1].offset = current.reader.offset
            levels.append(Level(length: item.path.count, inode: folder.status.inode))
            path = item.path
            self.current = try Current(folder, from: 0)
        } catch  where Directory.isAbsence(error.errno) {
            isComplete = false
        }
    }

    private mutating func leave() {
        levels.removeLast()
        path = Array(path.prefix(levels.last?.length ?? 0))
        current = nil
    }

    /// The folder of the last level; nil, and that level is given up, if it is not there any more.
    private mutating func open() throws(SystemError) -> Current? {
        if let current { return current }
        guard let level = levels.last else { return nil }
        do throws(SystemError) {
            let folder = try top.folder(path)
            guard folder.status.inode == level.inode else { throw SystemError("open", "a folder", Errno(ENOENT)) }
            current = try Current(folder, from: level.offset)
            return current
        } catch  where Directory.isAbsence(error.errno) {
            isComplete = false
            leave()
            return nil
        }
    }
}
