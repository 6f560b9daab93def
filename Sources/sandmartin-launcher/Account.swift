import CLinux

/// What a sandbox uses and may use, shared with the server (`enum account_word`).
struct Account {
    private let words: UnsafeMutablePointer<UInt64>
    /// Tasks seen by the last count and those allowed to fork since: at least as many as there are.
    private var bound: UInt64 = 1
    private var times: ProcessorTimes
    private let text: UnsafeMutablePointer<UInt8>
    private(set) var isOverMemory = false
    /// The process with most memory, when the limit was met.
    private(set) var largest: Int32 = 0
    /// Microseconds until the next look.
    private(set) var interval: UInt64 = 2000
    private var looks = 0
    /// What processes had of their own when their shares were counted last, those, and how long that is good for.
    private var lastShares: (own: UInt64, shares: UInt64, until: UInt64) = (0, 0, 0)

    init(_ memory: UnsafeMutableRawPointer) throws(SetupFailure) {
        words = memory.bindMemory(to: UInt64.self, capacity: Int(ACCOUNT_SIZE) / 8)
        times = try ProcessorTimes()
        guard let text = linux_reserve(8192) else { throw SetupFailure(STAGE_SUPERVISOR, result: -Int(ENOMEM)) }
        self.text = text.assumingMemoryBound(to: UInt8.self)
    }

    private func load(_ word: account_word) -> UInt64 { linux_load(words + Int(word.rawValue)) }
    private func store(_ value: UInt64, to word: account_word) { linux_store(words + Int(word.rawValue), value) }

    private func store(_ value: UInt64, to word: account_word, peak: account_word) {
        store(value, to: word)
        if value > load(peak) { store(value, to: peak) }
    }

    // MARK: Processes

    /// Whether one more may be, by what is known without looking.
    var hasRoom: Bool { bound < load(ACCOUNT_PROCESS_LIMIT) }

    /// Whether there was none when it was counted last.
    private(set) var wasFull = false

    mutating func noteFork() { bound += 1 }

    func noteRefusal() { linux_add(words + Int(ACCOUNT_PROCESS_REFUSALS.rawValue), 1) }

    /// Takes over what was counted below the keeper. What was allowed to fork and has not come to it may be missing, so that
    /// there may be as many more as fork at the same moment.
    mutating func count(_ tree: TreeScan) {
        bound = tree.tasks + 1
        wasFull = !hasRoom
        store(bound, to: ACCOUNT_PROCESSES, peak: ACCOUNT_PROCESSES_PEAK)
    }

    func note(_ unlinked: UnlinkedFiles) { store(unlinked.bytes, to: ACCOUNT_UNLINKED) }

    // MARK: Memory and processor time

    var endsTogether: Bool { load(ACCOUNT_ENDS_TOGETHER) != 0 }

    func noteMemoryKill() { linux_add(words + Int(ACCOUNT_MEMORY_KILLS.rawValue), 1) }

    mutating func measure(_ tree: TreeScan, keeper: Int32) {
        store(times.take(tree, keeper: keeper, text) * 10_000, to: ACCOUNT_CPU_MICROSECONDS)
        let limit = load(ACCOUNT_MEMORY_LIMIT)
        // From the cheapest and largest figure to the dearest and truest: most programs never get beyond the first.
        var memory = Memory(tree, text)
        memory.countResident()
        let most = memory.most
        if memory.most > limit { memory.countOwn() }
        if memory.most > limit { countShares(&memory, limit) }
        isOverMemory = memory.most > limit
        largest = memory.largest
        store(memory.sum, to: ACCOUNT_MEMORY, peak: ACCOUNT_MEMORY_PEAK)
        looks += 1
        // Memory can grow by some 8 KB in a microsecond: it is looked at again before the limit can be passed by much.
        interval = looks < 10 ? 2000 : min(20_000, max(2000, (limit - min(limit, most)) / 8192))
    }

    /// The dearest figure is taken when it may have become too much since it was taken last, and every now and then.
    private mutating func countShares(_ memory: inout Memory, _ limit: UInt64) {
        let now = linux_monotonic_microseconds()
        let (own, last) = (memory.most, lastShares)
        if now < last.until, own < last.own + (limit - min(limit, last.shares)) / 2 {
            return memory.limit(to: last.shares)
        }
        let used = linux_processor_microseconds()
        memory.countShares()
        let spent = linux_processor_microseconds() - used
        lastShares = (own, memory.most, now + spent + min(max(100_000, spent * 10), 500_000))
    }

    /// The memory of a tree, in three ways.
    private struct Memory {
        private let tree: TreeScan
        private let text: UnsafeMutablePointer<UInt8>
        private let pageSize = UInt64(getpagesize())
        /// What is certainly used.
        private(set) var sum: UInt64 = 0
        /// What may be used: with the tables that may be needed for what is mapped.
        private(set) var most: UInt64 = 0
        private(set) var largest: Int32 = 0
        private var largestSize: UInt64 = 0

        init(_ tree: TreeScan, _ text: UnsafeMutablePointer<UInt8>) {
            self.tree = tree
            self.text = text
        }

        /// Takes a figure of a moment ago.
        mutating func limit(to known: UInt64) { (sum, most) = (known, known) }

        private mutating func begin() { (sum, most, largest, largestSize) = (0, 0, 0, 0) }

        private mutating func add(_ size: UInt64, tables: UInt64, of pid: Int32) {
            sum += size
            most += size + tables
            if size + tables >= largestSize { (largest, largestSize) = (pid, size + tables) }
        }

        /// Resident pages, whoever else has them, and as many pages of tables as there may be: one for each, or one for every
        /// 2 MiB that is mapped.
        mutating func countResident() {
            begin()
            for index in 0..<tree.count {
                let process = tree[index]
                let resident = process.residentPages * pageSize
                add(resident, tables: max(resident, process.virtualBytes / 512), of: process.pid)
            }
        }

        /// Without the files of the system, which everybody has (proc_pid_status(5)).
        mutating func countOwn() {
            begin()
            for index in 0..<tree.count {
                let pid = tree[index].pid
                let size = read(pid, "/status")
                let own = field("RssAnon:", size) + field("RssShmem:", size) + field("VmSwap:", size)
                let tables = field("VmPTE:", size)
                add(own + tables, tables: 0, of: pid)
            }
        }

        /// What several processes have together, counted once (proc_pid_smaps_rollup). Of a process that does not let us see
        /// it, the figure above.
        mutating func countShares() {
            begin()
            for index in 0..<tree.count {
                let pid = tree[index].pid
                var size = read(pid, "/status")
                var own = field("RssAnon:", size) + field("RssShmem:", size)
                let others = field("VmPTE:", size) + field("VmSwap:", size)
                size = read(pid, "/smaps_rollup")
                let share = field("Pss_Anon:", size) + field("Pss_Shmem:", size)
                if size > 0, field("Rss:", size) > 0 { own = min(own, share) }
                add(own + others, tables: 0, of: pid)
            }
        }

        private func read(_ pid: Int32, _ name: StaticString) -> Int {
            let file = ProcessFile.open(pid, name, O_RDONLY)
            guard file >= 0 else { return 0 }
            defer { _ = linux_close(file) }
            return max(0, linux_read(file, text, 8192))
        }

        private func field(_ name: StaticString, _ size: Int) -> UInt64 {
            ProcessFile.field(name, in: text, size: size) << 10
        }
    }
}

/// The processor time of a tree, in clock ticks, which are 10 ms on every architecture that we know.
///
/// A process that has ended is in the figure of the one that waited for it. One that nobody waited for would be lost: it
/// is missed where it was seen by the last look.
struct ProcessorTimes {
    private struct Seen {
        var pid: Int32
        var ticks: UInt64
        var waited: UInt64
    }

    private static let capacity = 512
    private let seen: UnsafeMutablePointer<Seen>
    private var count = 0
    private var lost: UInt64 = 0
    private var last: UInt64 = 0

    init() throws(SetupFailure) {
        guard let memory = linux_reserve(Self.capacity * MemoryLayout<Seen>.stride) else {
            throw SetupFailure(STAGE_SUPERVISOR, result: -Int(ENOMEM))
        }
        seen = memory.bindMemory(to: Seen.self, capacity: Self.capacity)
    }

    /// All ticks until now.
    mutating func take(_ tree: TreeScan, keeper: Int32, _ text: UnsafeMutablePointer<UInt8>) -> UInt64 {
        var top = ProcessScan.Entry(pid: keeper)
        ProcessFile.read(&top, text)
        var sum = top.waitedTicks
        var waited = top.waitedTicks
        for index in 0..<tree.count {
            sum += tree[index].ticks
            waited += tree[index].waitedTicks
        }
        var gone: UInt64 = 0
        var waitedBefore: UInt64 = 0
        for index in 0..<count {
            if seen[index].pid == keeper || tree.index(of: seen[index].pid) != nil {
                waitedBefore += seen[index].waited
            } else {
                gone += seen[index].ticks
            }
        }
        let found = waited > waitedBefore ? waited - waitedBefore : 0
        if gone > found { lost += gone - found }
        remember(tree, top)
        last = max(last, sum + lost)
        return last
    }

    private mutating func remember(_ tree: TreeScan, _ keeper: ProcessScan.Entry) {
        seen[0] = Seen(pid: keeper.pid, ticks: 0, waited: keeper.waitedTicks)
        count = min(Self.capacity, tree.count + 1)
        for index in 1..<count {
            let entry = tree[index - 1]
            seen[index] = Seen(pid: entry.pid, ticks: entry.ticks, waited: entry.waitedTicks)
        }
    }
}
