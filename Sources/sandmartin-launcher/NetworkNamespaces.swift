import CLinux

/// One empty network namespace for each slot, made once and used by one sandbox after the other.
///
/// Making one costs more than the rest of a sandbox together, so it is kept while it is as good as new: as long as no
/// packet ever went over its loopback, no connection, route or port can have been left behind. Otherwise the next
/// sandbox of the slot gets a new one. Sandboxes have no capability over it, because this process's user namespace owns it.
struct NetworkNamespaces {
    /// A slot's namespace plus 1; 0 while it has none.
    private let descriptors: UnsafeMutablePointer<Int32>
    private var own: Int32 = -1

    init(descriptors: UnsafeMutablePointer<Int32>) { self.descriptors = descriptors }

    mutating func begin() throws(SetupFailure) {
        own = Int32(try check(linux_open("/proc/self/ns/net", O_RDONLY, 0), STAGE_NETWORK_NAMESPACE))
    }

    /// Moves this process into the slot's namespace. After a throw it may be in either; `leave` is still called.
    func enter(slot: Int) throws(SetupFailure) {
        if descriptors[slot] != 0 {
            try check(linux_setns(descriptors[slot] - 1, CLONE_NEWNET), STAGE_NETWORK_NAMESPACE)
            if loopbackIsUnused() { return }
            _ = linux_close(descriptors[slot] - 1)
            descriptors[slot] = 0
        }
        do throws(SetupFailure) {
            try check(linux_unshare(CLONE_NEWNET), STAGE_NETWORK_NAMESPACE)
            try check(linux_loopback_up(), STAGE_LOOPBACK)
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

    /// Whether the loopback interface, the only one there is, has never received a byte (proc_pid_net(5), `dev`).
    private func loopbackIsUnused() -> Bool {
        let file = linux_open("/proc/self/net/dev", O_RDONLY, 0)
        guard file >= 0 else { return false }
        defer { _ = linux_close(Int32(file)) }
        return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer in
            let count = linux_read(Int32(file), buffer.baseAddress, buffer.count)
            // "    lo:       0       0 …": the first number after the only colon that follows "lo".
            var index = 0
            while index + 2 < count {
                if buffer[index] == UInt8(ascii: "l"), buffer[index + 1] == UInt8(ascii: "o"),
                    buffer[index + 2] == UInt8(ascii: ":")
                {
                    index += 3
                    while index < count, buffer[index] == UInt8(ascii: " ") { index += 1 }
                    return index + 1 < count && buffer[index] == UInt8(ascii: "0")
                        && buffer[index + 1] == UInt8(ascii: " ")
                }
                index += 1
            }
            return false
        }
    }
}
