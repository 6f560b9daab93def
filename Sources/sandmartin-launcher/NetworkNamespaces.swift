import CLinux

/// One empty network namespace for each slot, made once and used by one sandbox after the other.
///
/// Making one costs more than the rest of a sandbox together, so it is kept while it is as good as new: as long as every
/// counter in it reads as in one that nobody ever used. Otherwise the next sandbox of the slot gets a new one. Sandboxes
/// have no capability over it, because this process's user namespace owns it.
struct NetworkNamespaces {
    /// A slot's namespace plus 1; 0 while it has none.
    private let descriptors: UnsafeMutablePointer<Int32>
    /// What the counters of a new namespace read, one file after the other.
    private let unused: UnsafeMutableRawBufferPointer
    private var unusedSize = 0
    private var own: Int32 = -1

    init(descriptors: UnsafeMutablePointer<Int32>, counters: UnsafeMutableRawBufferPointer) {
        self.descriptors = descriptors
        unused = counters
    }

    mutating func begin() throws(SetupFailure) {
        // The host's network is none of ours, and only a namespace that our user namespace owns can be come back to.
        try check(linux_unshare(CLONE_NEWNET), STAGE_NETWORK_NAMESPACE)
        own = Int32(try check(linux_open("/proc/self/ns/net", O_RDONLY, 0), STAGE_NETWORK_NAMESPACE))
        try makeNew()
        unusedSize = Self.readCounters(unused)
        try leave()
        guard unusedSize > 0, unusedSize < unused.count else {
            throw SetupFailure(STAGE_NETWORK_NAMESPACE, result: -Int(EFBIG))
        }
    }

    /// Moves this process into the slot's namespace. After a throw it may be in either; `leave` is still called.
    func enter(slot: Int) throws(SetupFailure) {
        if descriptors[slot] != 0 {
            try check(linux_setns(descriptors[slot] - 1, CLONE_NEWNET), STAGE_NETWORK_NAMESPACE)
            if isUnused() { return }
            _ = linux_close(descriptors[slot] - 1)
            descriptors[slot] = 0
        }
        do throws(SetupFailure) {
            try makeNew()
            let made = try check(linux_open("/proc/self/ns/net", O_RDONLY, 0), STAGE_NETWORK_NAMESPACE)
            descriptors[slot] = Int32(made) + 1
        } catch {
            try leave()
            throw error
        }
    }

    func leave() throws(SetupFailure) {
        try check(linux_setns(own, CLONE_NEWNET), STAGE_NETWORK_NAMESPACE)
    }

    private func makeNew() throws(SetupFailure) {
        try check(linux_unshare(CLONE_NEWNET), STAGE_NETWORK_NAMESPACE)
        try check(linux_loopback_up(), STAGE_LOOPBACK)
    }

    /// Whether the current namespace reads, byte by byte, like one that nobody ever used.
    private func isUnused() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: unused.count, alignment: 1) { buffer in
            let size = Self.readCounters(buffer)
            return size == unusedSize && memcmp(buffer.baseAddress!, unused.baseAddress!, size) == 0
        }
    }

    /// Reads what a program can change and the next one could see (proc_pid_net(5)): packets over the loopback interface;
    /// what was refused before it became a packet; cached routes. What `netstat` counts beyond that needs packets. A
    /// kernel without IPv6 does not have all of the files. Returns the bytes read; a full buffer is never "unused".
    private static func readCounters(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let names: InlineArray<4, StaticString> = [
            "/proc/self/net/dev", "/proc/self/net/snmp", "/proc/self/net/snmp6", "/proc/self/net/rt6_stats",
        ]
        var size = 0
        for index in names.indices {
            let name = UnsafeRawPointer(names[index].utf8Start).assumingMemoryBound(to: CChar.self)
            let file = linux_open(name, O_RDONLY, 0)
            guard file >= 0 else { continue }
            defer { _ = linux_close(Int32(file)) }
            while size < buffer.count {
                let count = linux_read(Int32(file), buffer.baseAddress! + size, buffer.count - size)
                guard count > 0 else { break }
                size += count
            }
        }
        return size
    }
}
