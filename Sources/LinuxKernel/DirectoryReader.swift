import CLinux
import Glibc

/// The entries of an open directory one after the other, in the kernel's order and without `.` and `..`.
///
/// Names are bytes: Linux allows any but NUL and `/`. Memory stays the same however large the directory is.
struct DirectoryReader: ~Copyable {
    struct Entry: Hashable {
        let name: [UInt8]
        /// `DT_DIR`, `DT_REG` …, or 0 where the file system does not tell. Only a hint: it may be outdated.
        let type: UInt8

        static let directory: UInt8 = 4
        static let regular: UInt8 = 8
    }

    private let directory: Int32
    private let path: String
    /// Where the entry after the last one begins: what lseek(2) takes on another descriptor of the same directory.
    private(set) var offset: off_t = 0
    private var buffer = [UInt8](unsafeUninitializedCapacity: 32768) { $1 = 32768 }
    private var position = 0
    private var end = 0

    /// Reads from the directory's current offset. The descriptor stays the caller's and must outlive the reader.
    init(_ directory: Int32, path: String) {
        self.directory = directory
        self.path = path
    }

    /// Reads from where another reader of the same directory stopped.
    init(_ directory: Int32, path: String, from offset: off_t) throws(SystemError) {
        self.init(directory, path: path)
        if offset != 0 { try SystemError.check(linux_lseek(directory, offset, SEEK_SET), "seek in", path) }
        self.offset = offset
    }

    /// The next entry, nil at the end.
    mutating func next() throws(SystemError) -> Entry? {
        while true {
            if position == end {
                end = try SystemError.check(linux_getdents(directory, &buffer, buffer.count), "list", path)
                position = 0
                guard end > 0 else { return nil }
            }
            let entry = take()
            if entry.name != [0x2E] && entry.name != [0x2E, 0x2E] { return entry }
        }
    }

    /// Takes one `struct linux_dirent64` (getdents(2)): 8 bytes inode, 8 offset, 2 length, 1 type, then the name and NULs.
    private mutating func take() -> Entry {
        let length = Int(buffer[position + 16]) | Int(buffer[position + 17]) << 8
        let record = buffer[position..<position + length]
        offset = record.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: off_t.self) }
        position += length
        let type = record[record.startIndex + 18]
        return Entry(name: Array(record.dropFirst(19).prefix { $0 != 0 }), type: type)
    }
}
