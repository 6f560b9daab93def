import CLinux

/// The processes of a sandbox as its /proc shows them, each with the child of the keeper that it descends from.
///
/// What is forked meanwhile may be missing; whoever needs all scans again. Ten microseconds for each process.
struct ProcessScan {
    struct Entry {
        var pid: Int32
        var parent: Int32 = -1
        /// Its process group.
        var group: Int32 = 0
        /// The child of the keeper above it, or it itself; 0 while not looked for; -1 if one above it went during the scan.
        var top: Int32 = 0
        var threads: UInt32 = 1
        var isDead = true
        /// User and system time of its own.
        var ownTicks: UInt64 = 0
        /// The same of children that were waited for.
        var waitedTicks: UInt64 = 0
        var residentPages: UInt64 = 0
        var virtualBytes: UInt64 = 0

        init(pid: Int32) { self.pid = pid }

        /// User and system time, with that of children that were waited for.
        var ticks: UInt64 { ownTicks + waitedTicks }
    }

    /// How the processes are found.
    enum Source {
        /// By the sandbox's own /proc, in which the keeper is process 1.
        case proc
        /// By the supervisor at the other end of the socket, which writes them to memory that both have.
        case supervisor(link: Int32)
    }

    /// Where the entries and the text of /proc are read to. One scan at a time.
    static let memorySize = capacity * MemoryLayout<Entry>.stride + textSize
    /// Above any limit of processes that makes sense; what is beyond is seen by the next scan, when these are gone.
    static let capacity = 8192
    static let textSize = 32768

    private let entries: UnsafeMutablePointer<Entry>
    private(set) var count = 0
    /// Whether it is unknown of a living process where it belongs.
    private(set) var isBlurred = false

    private let keeper: Int32

    init(memory: UnsafeMutableRawPointer, source: Source) throws(SetupFailure) {
        entries = memory.bindMemory(to: Entry.self, capacity: Self.capacity)
        switch source {
        case .proc:
            keeper = 1
            try readProc((memory + Self.capacity * MemoryLayout<Entry>.stride).assumingMemoryBound(to: UInt8.self))
        case .supervisor(let link):
            keeper = getpid()
            count = try SupervisorLink.scan(link)
        }
        for index in 0..<count {
            findTop(of: index)
            if !entries[index].isDead, entries[index].top == -1 { isBlurred = true }
        }
    }

    private mutating func readProc(_ text: UnsafeMutablePointer<UInt8>) throws(SetupFailure) {
        let proc = Int32(try check(linux_open("/proc", O_RDONLY | O_DIRECTORY, 0), STAGE_PROC))
        defer { _ = linux_close(proc) }
        try list(proc, text)
        for index in 0..<count { ProcessFile.read(&entries[index], text) }
    }

    /// Calls `body` with every process that was alive, but not with the keeper.
    func forEachAlive(_ body: (Entry) -> Void) {
        for index in 0..<count where !entries[index].isDead && entries[index].pid != keeper { body(entries[index]) }
    }

    /// The numbers among the names of /proc, which the kernel lists in ascending order.
    private mutating func list(_ proc: Int32, _ text: UnsafeMutablePointer<UInt8>) throws(SetupFailure) {
        while true {
            let size = try check(linux_getdents(proc, text, Self.textSize), STAGE_PROC)
            if size == 0 { return }
            var position = 0
            while position < size, count < Self.capacity {
                // struct linux_dirent64: 8 bytes inode, 8 offset, 2 length, 1 type, then the name.
                let pid = ProcessFile.number(in: text, from: position + 19, to: size).value
                if pid > 0 {
                    entries[count] = Entry(pid: Int32(truncatingIfNeeded: pid))
                    count += 1
                }
                position += Int(text[position + 16]) | Int(text[position + 17]) << 8
            }
        }
    }

    /// Goes up from a process to one whose top is known, then gives all on the way the same: each is passed twice in all.
    private mutating func findTop(of index: Int) {
        guard entries[index].top == 0 else { return }
        var top: Int32 = 0
        var current = index
        var steps = 0
        while top == 0 {
            if entries[current].top != 0 {
                top = entries[current].top
            } else if entries[current].parent == 0 || entries[current].parent == keeper {
                top = entries[current].pid
            } else if let parent = self.index(of: entries[current].parent), steps < count {
                current = parent
                steps += 1
            } else {
                top = -1
            }
        }
        current = index
        while entries[current].top == 0 {
            entries[current].top = top
            guard let parent = self.index(of: entries[current].parent) else { return }
            current = parent
        }
    }

    private func index(of pid: Int32) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].pid < pid { low = middle + 1 } else { high = middle }
        }
        return low < count && entries[low].pid == pid ? low : nil
    }
}
