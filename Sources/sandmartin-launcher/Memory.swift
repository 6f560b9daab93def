import CLinux

/// All memory that the launcher and its keepers ever use, reserved at start; untouched pages cost nothing.
struct Memory {
    let packet: UnsafeMutableRawPointer
    let arena: UnsafeMutableRawPointer
    let filter: UnsafeMutableRawPointer
    let slots: UnsafeMutablePointer<Int32>
    /// In a sandbox of the level landlock its supervisor's, shared with it.
    var processes: UnsafeMutableRawPointer
    let counters: UnsafeMutableRawBufferPointer

    static let arenaSize = 64 << 10
    /// BPF_MAXINSNS instructions of 8 bytes.
    static let filterSize = 4096 * 8

    /// What a network namespace tells about itself: 5 KB on Linux 6.18.
    static let countersSize = 16 << 10

    static func reserve() -> Memory? {
        let slotsSize = Int(MESSAGE_MAXIMUM_SLOTS) * 4
        let total =
            Int(MESSAGE_MAXIMUM_SIZE) + arenaSize + filterSize + slotsSize + countersSize + ProcessScan.memorySize
        guard let packet = linux_reserve(total) else { return nil }
        let arena = packet + Int(MESSAGE_MAXIMUM_SIZE)
        let filter = arena + arenaSize
        let slots = filter + filterSize
        let counters = slots + slotsSize
        return Memory(
            packet: packet, arena: arena, filter: filter,
            slots: slots.bindMemory(to: Int32.self, capacity: slotsSize / 4), processes: counters + countersSize,
            counters: UnsafeMutableRawBufferPointer(start: counters, count: countersSize))
    }
}
