import CLinux
import Glibc

extension Folder {
    /// One entry as it was found.
    package struct Entry: Hashable, Sendable {
        package let name: [UInt8]
        package let status: FileStatus
        /// Where a link leads, as it says itself.
        package let target: [UInt8]?
    }

    /// Entries from a position on, in the kernel's order: at most `limit`, and the position of the next one, nil at the end.
    ///
    /// A position is what an earlier call on the same folder gave, or 0; another number gives any entries, or EINVAL.
    package func entries(from position: Int, limit: Int) throws(SystemError) -> (entries: [Entry], next: Int?) {
        let result = linux_openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY, 0)
        let again = try Descriptor(result: result, "open", "a folder")
        var reader = try DirectoryReader(again.number, path: "a folder", from: off_t(position))
        var entries: [Entry] = []
        var next = position
        while let found = try reader.next() {
            guard entries.count < limit else { return (entries, next) }
            next = Int(reader.offset)
            guard let status = try status(of: found.name) else { continue }
            let target = status.kind == .link ? try target(of: found.name) : nil
            entries.append(Entry(name: found.name, status: status, target: target))
        }
        return (entries, nil)
    }
}
