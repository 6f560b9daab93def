import CLinux
import Glibc

/// Removes a directory with all that is in it, whatever that is: any depth, modes, names and number of files.
///
/// Nothing is followed and nothing recurses. Instead the tree is taken apart from the top: a folder's files are unlinked,
/// and its folders are moved into a queue, a directory beside it where each has a number for a name; then it is empty.
/// So every folder is handled at depth one, by names of one part, with two descriptors and one read buffer, and costs a
/// rename more than it must. The last one that was queued comes first, which keeps the queue short.
///
/// Done in steps, so that others get their turn, and stopped after any of them: what is left is the queue, which can be
/// removed like any other directory. Nobody may have the tree in use. Without privilege the tree must be the caller's own.
package struct TreeRemoval {
    private let parent: SharedDescriptor
    private let queueName: String
    private let queue: SharedDescriptor
    /// The folders that wait have the numbers 0 to this, this one excluded.
    private var waiting = 0
    private var folder: Folder?
    /// Entries unlinked, moved or removed.
    package private(set) var removed = 0

    private final class Folder {
        let number: Int
        let descriptor: SharedDescriptor
        var reader: DirectoryReader
        /// Whether something stayed in it, to be tried again when what was queued after it is gone.
        var isLeft = false

        init(number: Int, _ descriptor: SharedDescriptor) {
            self.number = number
            self.descriptor = descriptor
            reader = DirectoryReader(descriptor.number, path: "a folder")
        }
    }

    /// Takes `name` out of `parent` at once, atomically: a second attempt, after a crash too, is one for `queueName`.
    /// Throws ENOENT if it is not there, EEXIST if the queue is.
    package init(of name: String, in parent: SharedDescriptor, queueName: String) throws(SystemError) {
        self.parent = parent
        self.queueName = queueName
        try Self.makeQueue(queueName, in: parent, for: name)
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
        queue = SharedDescriptor(
            try Descriptor(result: linux_openat(parent.number, queueName, flags, 0), "open", queueName))
        let result = linux_renameat(parent.number, name, queue.number, "0")
        guard result >= 0 else {
            _ = linux_rmdirat(parent.number, queueName)
            throw SystemError("move", name, Errno(result: result))
        }
        waiting = 1
    }

    /// On a full disk no queue can be made: then what is to go gives up some of what it has for it first.
    private static func makeQueue(
        _ queueName: String, in parent: SharedDescriptor, for name: String
    ) throws(SystemError) {
        var result = linux_mkdirat(parent.number, queueName, 0o700)
        // Others write there at the same time, and may be quicker to use what has become free.
        for _ in 0..<1000 where result == -Int(ENOSPC) || result == -Int(EDQUOT) {
            guard try unlinkOne(below: name, in: parent) else { break }
            result = linux_mkdirat(parent.number, queueName, 0o700)
        }
        try SystemError.check(result, "make", queueName)
    }

    /// Unlinks the first file or empty folder on a way down. False if there is none.
    private static func unlinkOne(below name: String, in parent: SharedDescriptor) throws(SystemError) -> Bool {
        var directory = parent
        var next = Array(name.utf8)
        while true {
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK
            let part = DirectoryReader.Entry(name: next, type: 0)
            var opened = part.withName { linux_openat(directory.number, $0, flags, 0) }
            if opened == -Int(EACCES) {
                _ = part.withName { linux_fchmodat(directory.number, $0, 0o700) }
                opened = part.withName { linux_openat(directory.number, $0, flags, 0) }
            }
            guard opened >= 0 else { return false }
            let folder = SharedDescriptor(Descriptor(owning: Int32(opened)))
            _ = linux_fchmod(folder.number, 0o700)
            var reader = DirectoryReader(folder.number, path: "a folder")
            guard let entry = try reader.next() else { return false }
            if linux_unlinkat(folder.number, entry) >= 0 || linux_rmdirat(folder.number, entry) >= 0 { return true }
            (directory, next) = (folder, entry.name)
        }
    }

    /// Goes on for about that many entries. True when everything is gone, the queue included.
    package mutating func step(_ entries: Int) throws(SystemError) -> Bool {
        let end = removed + entries
        while removed < end {
            if folder == nil, try !openNext() { return true }
            guard let folder else { continue }
            guard let entry = try folder.reader.next() else {
                try close(folder)
                continue
            }
            try remove(entry, from: folder)
            removed += 1
        }
        return false
    }

    /// Opens the folder that was queued last. False, and the queue is removed, if there is none.
    private mutating func openNext() throws(SystemError) -> Bool {
        guard waiting > 0 else {
            try SystemError.check(linux_rmdirat(parent.number, queueName), "remove", queueName)
            return false
        }
        let number = waiting - 1
        let name = "\(number)"
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK
        var result = linux_openat(queue.number, name, flags, 0)
        if result == -Int(EACCES) {
            // Ours, but its modes forbid it. What the queue holds are folders, and nobody else can write to it.
            try SystemError.check(linux_fchmodat(queue.number, name, 0o700), "chmod", "a folder")
            result = linux_openat(queue.number, name, flags, 0)
        }
        if result == -Int(ENOTDIR) || result == -Int(ELOOP) {
            // What was to be removed is no directory.
            try SystemError.check(linux_unlinkat(queue.number, name), "remove", "a file")
            waiting -= 1
            return true
        }
        let descriptor = SharedDescriptor(try Descriptor(result: result, "open", "a folder that is to be removed"))
        if geteuid() != 0 { try SystemError.check(linux_fchmod(descriptor.number, 0o700), "chmod", "a folder") }
        folder = Folder(number: number, descriptor)
        return true
    }

    /// Unlinks a file, removes an empty folder, queues another one.
    private mutating func remove(_ entry: DirectoryReader.Entry, from folder: Folder) throws(SystemError) {
        let directory = folder.descriptor.number
        let isKnownFile = entry.type != 0 && entry.type != DirectoryReader.Entry.directory
        var result = isKnownFile ? linux_unlinkat(directory, entry) : linux_rmdirat(directory, entry)
        // The type was a hint.
        if result == -Int(ENOTDIR) { result = linux_unlinkat(directory, entry) }
        if result == -Int(EISDIR) { result = linux_rmdirat(directory, entry) }
        if result == -Int(ENOTEMPTY) || result == -Int(EEXIST) || result == -Int(EACCES) {
            result = entry.withName { linux_renameat(directory, $0, queue.number, "\(waiting)") }
            if result == -Int(EACCES) {
                // A folder that is moved is written to, and the modes of this one forbid that to its owner.
                result = entry.withName { linux_fchmodat(directory, $0, 0o700) }
                if result >= 0 { result = entry.withName { linux_renameat(directory, $0, queue.number, "\(waiting)") } }
            }
            if result >= 0 { waiting += 1 }
        }
        switch result {
        case -Int(EMLINK), -Int(ENOSPC):
            // The queue holds as many folders as this file system allows: first these.
            folder.isLeft = true
        case -Int(ENOENT): break
        default: try SystemError.check(result, "remove", "an entry of a folder")
        }
    }

    private mutating func close(_ done: Folder) throws(SystemError) {
        folder = nil
        // Others were queued behind it and take their turn first; then it is read again from its start.
        let isTop = done.number == waiting - 1
        let result = linux_rmdirat(queue.number, "\(done.number)")
        switch result {
        case 0...:
            removed += 1
            if isTop { waiting -= 1 } else { try fillGap(done.number) }
        case -Int(ENOTEMPTY) where !(isTop && done.isLeft): break
        default: throw SystemError("remove", "a folder", Errno(result: result))
        }
    }

    /// Gives the last folder of the queue the number that has become free.
    private mutating func fillGap(_ number: Int) throws(SystemError) {
        waiting -= 1
        try SystemError.check(
            linux_renameat(queue.number, "\(waiting)", queue.number, "\(number)"), "move", "a folder")
    }
}

extension DirectoryReader.Entry {
    /// Calls `body` with the name as a C string.
    func withName(_ body: (UnsafePointer<CChar>) -> Int) -> Int {
        (name + [0]).withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in text.baseAddress.map(body) ?? Int(-EINVAL) }
        }
    }
}

private func linux_unlinkat(_ directory: Int32, _ entry: DirectoryReader.Entry) -> Int {
    entry.withName { CLinux.linux_unlinkat(directory, $0) }
}

private func linux_rmdirat(_ directory: Int32, _ entry: DirectoryReader.Entry) -> Int {
    entry.withName { CLinux.linux_rmdirat(directory, $0) }
}
