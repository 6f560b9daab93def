import CLinux

/// All memory that the launcher and its keepers ever use, reserved at start; untouched pages cost nothing.
struct Memory {
    let packet: UnsafeMutableRawPointer
    let arena: UnsafeMutableRawPointer
    let filter: UnsafeMutableRawPointer
    let slots: UnsafeMutablePointer<Int32>
    let counters: UnsafeMutableRawBufferPointer

    static let arenaSize = 64 << 10
    /// BPF_MAXINSNS instructions of 8 bytes.
    static let filterSize = 4096 * 8

    /// What a network namespace tells about itself: 5 KB on Linux 6.18.
    static let countersSize = 16 << 10

    static func reserve() -> Memory? {
        let sizes = (Int(MESSAGE_MAXIMUM_SIZE), arenaSize, filterSize, Int(MESSAGE_MAXIMUM_SLOTS) * 4)
        let total = sizes.0 + sizes.1 + sizes.2 + sizes.3 + countersSize
        guard let start = linux_reserve(total) else { return nil }
        return Memory(
            packet: start, arena: start + sizes.0, filter: start + sizes.0 + sizes.1,
            slots: (start + sizes.0 + sizes.1 + sizes.2).bindMemory(to: Int32.self, capacity: sizes.3 / 4),
            counters: UnsafeMutableRawBufferPointer(start: start + total - countersSize, count: countersSize))
    }
}
