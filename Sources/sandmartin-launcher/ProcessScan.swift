import CLinux

/// The processes of a sandbox as its /proc shows them, each with the child of the keeper that it descends from.
///
/// What is forked meanwhile may be missing; whoever needs all scans again. Ten microseconds for each process.
struct ProcessScan {
    struct Entry {
        var pid: Int32
        var parent: Int32
        /// The child of process 1 above it, or it itself; 0 while not looked for; -1 if one above it went during the scan.
        var top: Int32
        var isDead: Bool
        /// User and system time, with that of children that were waited for.
        var ticks: UInt64
        var residentPages: UInt64
    }

    /// Where the entries and the text of /proc are read to. One scan at a time.
    static let memorySize = capacity * MemoryLayout<Entry>.stride + textSize
    /// Above any limit of processes that makes sense; what is beyond is seen by the next scan, when these are gone.
    private static let capacity = 8192
    private static let textSize = 32768

    private let entries: UnsafeMutablePointer<Entry>
    private(set) var count = 0
    /// Whether it is unknown of a living process where it belongs.
    private(set) var isBlurred = false

    init(memory: UnsafeMutableRawPointer) throws(SetupFailure) {
        entries = memory.bindMemory(to: Entry.self, capacity: Self.capacity)
        let text = (memory + Self.capacity * MemoryLayout<Entry>.stride).assumingMemoryBound(to: UInt8.self)
        let proc = Int32(try check(linux_open("/proc", O_RDONLY | O_DIRECTORY, 0), STAGE_PROC))
        defer { _ = linux_close(proc) }
        try list(proc, text)
        for index in 0..<count { read(&entries[index], proc, text) }
        for index in 0..<count {
            findTop(of: index)
            if !entries[index].isDead, entries[index].top == -1 { isBlurred = true }
        }
    }

    /// Calls `body` with every process that was alive, but not with process 1.
    func forEachAlive(_ body: (Entry) -> Void) {
        for index in 0..<count where !entries[index].isDead && entries[index].pid != 1 { body(entries[index]) }
    }

    /// The numbers among the names of /proc, which the kernel lists in ascending order.
    private mutating func list(_ proc: Int32, _ text: UnsafeMutablePointer<UInt8>) throws(SetupFailure) {
        while true {
            let size = try check(linux_getdents(proc, text, Self.textSize), STAGE_PROC)
            if size == 0 { return }
            var position = 0
            while position < size, count < Self.capacity {
                // struct linux_dirent64: 8 bytes inode, 8 offset, 2 length, 1 type, then the name.
                let pid = Self.number(in: text, from: position + 19, to: size).value
                if pid > 0 {
                    entries[count] = Entry(
                        pid: Int32(truncatingIfNeeded: pid), parent: -1, top: 0, isDead: true, ticks: 0,
                        residentPages: 0)
                    count += 1
                }
                position += Int(text[position + 16]) | Int(text[position + 17]) << 8
            }
        }
    }

    /// Reads /proc/PID/stat (proc_pid_stat(5)). A process that is gone stays dead.
    private func read(_ entry: inout Entry, _ proc: Int32, _ text: UnsafeMutablePointer<UInt8>) {
        let file = withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { bytes in
            var path = TextBuffer(bytes)
            path.append(UInt64(entry.pid))
            path.append("/stat")
            return linux_openat(proc, path.terminated(), O_RDONLY, 0)
        }
        guard file >= 0 else { return }
        defer { _ = linux_close(Int32(file)) }
        let size = linux_read(Int32(file), text, 4096)
        // "12 (name) S 1 …": the name may hold anything, so what counts begins after the last parenthesis.
        var position = size - 1
        while position > 0, text[position] != UInt8(ascii: ")") { position -= 1 }
        guard position > 0, position + 4 < size else { return }
        let state = text[position + 2]
        entry.isDead = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
        var field = 4
        position += 4
        while field <= 24, position < size {
            let number = Self.number(in: text, from: position, to: size)
            switch field {
            case 4: entry.parent = Int32(truncatingIfNeeded: number.value)
            case 14...17: entry.ticks += number.value
            case 24: entry.residentPages = number.value
            default: break
            }
            position = number.end
            while position < size, text[position] != UInt8(ascii: " ") { position += 1 }
            position += 1
            field += 1
        }
    }

    private static func number(
        in text: UnsafeMutablePointer<UInt8>, from start: Int, to end: Int
    ) -> (value: UInt64, end: Int) {
        var value: UInt64 = 0
        var position = start
        while position < end, text[position] >= 0x30, text[position] <= 0x39 {
            value = value &* 10 &+ UInt64(text[position] - 0x30)
            position += 1
        }
        return (value, position)
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
            } else if entries[current].parent == 0 || entries[current].parent == 1 {
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
