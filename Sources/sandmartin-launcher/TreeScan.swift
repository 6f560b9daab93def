import CLinux

/// The descendants of a process, found from the top down by their lists of children: it costs what the tree has, however
/// many others the machine has. Each process about 50 microseconds.
///
/// What is forked meanwhile may be missing. Whoever must miss nothing sees to it that nothing can fork.
struct TreeScan {
    private let entries: UnsafeMutablePointer<ProcessScan.Entry>
    private let text: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var root: Int32 = 0

    init(memory: UnsafeMutableRawPointer) {
        entries = memory.bindMemory(to: ProcessScan.Entry.self, capacity: ProcessScan.capacity)
        let offset = ProcessScan.capacity * MemoryLayout<ProcessScan.Entry>.stride
        text = (memory + offset).assumingMemoryBound(to: UInt8.self)
    }

    subscript(index: Int) -> ProcessScan.Entry { entries[index] }

    /// Finds all descendants, parents before their children.
    mutating func findAll(below root: Int32) {
        count = 0
        self.root = root
        listChildren(of: root)
        var index = 0
        while index < count {
            ProcessFile.read(&entries[index], text)
            if !entries[index].isDead { listChildren(of: index) }
            index += 1
        }
    }

    /// Adds the children of a process with one thread, by number alone.
    mutating func listChildren(of pid: Int32) { listChildren(of: pid, thread: pid) }

    private mutating func listChildren(of index: Int) {
        let process = entries[index]
        guard process.threads > 1 else { return listChildren(of: process.pid) }
        let folder = ProcessFile.open(process.pid, "/task", O_RDONLY | O_DIRECTORY)
        guard folder >= 0 else { return }
        defer { _ = linux_close(folder) }
        ProcessFile.forEachNumber(in: folder) { thread in listChildren(of: process.pid, thread: thread) }
    }

    /// Reads /proc/PID/task/TID/children (proc_tid_children(5)): numbers, each with a space behind it.
    private mutating func listChildren(of pid: Int32, thread: Int32) {
        let file = ProcessFile.open(pid, "/task/", thread, "/children", O_RDONLY)
        guard file >= 0 else { return }
        defer { _ = linux_close(file) }
        var number: UInt64 = 0
        while true {
            let size = linux_read(file, text, ProcessScan.textSize)
            guard size > 0 else { return }
            for index in 0..<size {
                if text[index] != UInt8(ascii: " ") {
                    number = number &* 10 &+ UInt64(text[index] &- 0x30)
                } else {
                    add(Int32(truncatingIfNeeded: number))
                    number = 0
                }
            }
        }
    }

    private mutating func add(_ pid: Int32) {
        guard count < ProcessScan.capacity else { return }
        entries[count] = ProcessScan.Entry(pid: pid)
        count += 1
    }

    /// The place of a process; nil if it is not among the descendants.
    func index(of pid: Int32) -> Int? {
        for index in 0..<count where entries[index].pid == pid { return index }
        return nil
    }

    /// Processes and threads, those dead that nobody has waited for included, unless it is the root that has yet to.
    var tasks: UInt64 {
        var sum: UInt64 = 0
        for index in 0..<count {
            // One that had gone when it was looked at has no parent.
            let isGone = entries[index].isDead && (entries[index].parent == root || entries[index].parent < 0)
            if isGone { continue }
            sum += max(1, UInt64(entries[index].threads))
        }
        return sum
    }

    /// By number, as those who look for a process expect it. Shell sort: few are out of order, and nothing is allocated.
    func sort() {
        var gap = count / 2
        while gap > 0 {
            var index = gap
            while index < count {
                let entry = entries[index]
                var place = index
                while place >= gap, entries[place - gap].pid > entry.pid {
                    entries[place] = entries[place - gap]
                    place -= gap
                }
                entries[place] = entry
                index += 1
            }
            gap /= 2
        }
    }
}
