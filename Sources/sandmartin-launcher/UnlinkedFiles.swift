import CLinux

/// What files occupy on disk that have no name any more, or never had one (open(2), O_TMPFILE), and that processes still have
/// open or mapped. No count of folders finds them.
///
/// Not seen is what is on its way through a socket, and what a process has whose executable its owner may not read.
struct UnlinkedFiles {
    /// Files that are told apart; a power of two. What is beyond them is counted for each process that has it.
    private static let capacity = 4096
    private static let textSize = 8192

    private struct Entry {
        /// 0: free.
        var inode: UInt64
        var bytes: UInt64
        /// It is open somewhere, so that its size is known.
        var isOpen: Bool
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let text: UnsafeMutablePointer<UInt8>
    private var count = 0
    /// Found by the last measurement.
    private(set) var bytes: UInt64 = 0

    init() throws(SetupFailure) {
        let size = Self.capacity * MemoryLayout<Entry>.stride
        guard let memory = linux_reserve(size + Self.textSize) else {
            throw SetupFailure(STAGE_SUPERVISOR, result: -Int(ENOMEM))
        }
        entries = memory.bindMemory(to: Entry.self, capacity: Self.capacity)
        text = (memory + size).assumingMemoryBound(to: UInt8.self)
    }

    /// Looks at all that the processes of a tree have open, and then at what they have mapped.
    mutating func measure(_ tree: TreeScan, in places: SandboxPlaces) {
        bytes = 0
        if count > 0 { memset(entries, 0, Self.capacity * MemoryLayout<Entry>.stride) }
        count = 0
        for index in 0..<tree.count { addOpen(of: tree[index].pid, places) }
        for index in 0..<tree.count { addMapped(of: tree[index].pid, places) }
    }

    // MARK: Open files

    private mutating func addOpen(of pid: Int32, _ places: SandboxPlaces) {
        let folder = ProcessFile.open(pid, "/fd", O_RDONLY | O_DIRECTORY)
        guard folder >= 0 else { return }
        defer { _ = linux_close(folder) }
        ProcessFile.forEachNumber(in: folder) { number in
            withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { bytes in
                var buffer = TextBuffer(bytes)
                buffer.append(UInt64(number))
                let name = buffer.terminated()
                var status = stat()
                guard linux_fstatat(folder, name, &status, 0) >= 0,
                    status.st_mode & 0o170000 == 0o100000 /* S_IFREG */,
                    status.st_nlink == 0
                else { return }
                let length = linux_readlinkat(folder, name, text, Self.textSize)
                guard length > 0, length < Self.textSize, places.contain(path: text, length: length) else { return }
                add(UInt64(status.st_ino), UInt64(status.st_blocks) * 512, isOpen: true)
            }
        }
    }

    // MARK: Mapped files

    /// Reads /proc/PID/maps (proc_pid_maps(5)), line by line.
    private mutating func addMapped(of pid: Int32, _ places: SandboxPlaces) {
        let file = ProcessFile.open(pid, "/maps", O_RDONLY)
        guard file >= 0 else { return }
        defer { _ = linux_close(file) }
        var kept = 0
        while true {
            let size = linux_read(file, text + kept, Self.textSize - kept)
            guard size > 0 else { return }
            let end = kept + size
            var start = 0
            for position in kept..<end where text[position] == 0x0A {
                addMapping(start, position, places)
                start = position + 1
            }
            // A line that does not fit has no path that we know.
            kept = start == 0 && end == Self.textSize ? 0 : end - start
            if kept > 0, start > 0 { memmove(text, text + start, kept) }
        }
    }

    /// "START-END MODES OFFSET DEVICE INODE   PATH (deleted)", numbers hexadecimal but for the inode. What is mapped is
    /// taken to be there up to the end of the mapping.
    private mutating func addMapping(_ start: Int, _ end: Int, _ places: SandboxPlaces) {
        let mark: StaticString = " (deleted)"
        let length = mark.utf8CodeUnitCount
        guard end - start > length, memcmp(text + end - length, mark.utf8Start, length) == 0 else { return }
        let low = ProcessFile.hexadecimal(in: text, from: start, to: end)
        let high = ProcessFile.hexadecimal(in: text, from: low.end + 1, to: end)
        let modes = high.end + 1
        let offset = ProcessFile.hexadecimal(in: text, from: modes + 5, to: end)
        var position = offset.end + 1
        while position < end, text[position] != 0x20 { position += 1 }
        let inode = ProcessFile.number(in: text, from: position + 1, to: end)
        position = inode.end
        while position < end, text[position] == 0x20 { position += 1 }
        guard inode.value != 0, places.contain(path: text + position, length: end - position) else { return }
        add(inode.value, offset.value &+ (high.value &- low.value), isOpen: false)
    }

    // MARK: The table

    /// Far above every limit, and far below what cannot be added to any more: a program maps what it likes.
    private static let largest: UInt64 = 1 << 48

    private mutating func add(_ inode: UInt64, _ size: UInt64, isOpen: Bool) {
        let size = min(size, Self.largest)
        defer { bytes = min(bytes, Self.largest) }
        var place = Int(truncatingIfNeeded: (inode &* 0x9E37_79B9_7F4A_7C15) >> 32) & (Self.capacity - 1)
        while entries[place].inode != 0, entries[place].inode != inode { place = (place + 1) & (Self.capacity - 1) }
        if entries[place].inode == inode {
            guard !entries[place].isOpen, size > entries[place].bytes else { return }
            bytes &+= size - entries[place].bytes
            entries[place].bytes = size
            return
        }
        bytes &+= size
        // One place stays free, at which every search ends.
        guard count < Self.capacity - 1 else { return }
        entries[place] = Entry(inode: inode, bytes: size, isOpen: isOpen)
        count += 1
    }
}
