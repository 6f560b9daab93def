import CLinux

/// The commands of a session that have a process alive, each with its warden.
struct CommandTable {
    private enum State {
        case free
        case alive
        /// Its warden was killed; what it leaves comes to the keeper and is killed there.
        case broken
    }

    private var numbers = InlineArray<64, UInt32>(repeating: 0)
    private var wardens = InlineArray<64, Int32>(repeating: 0)
    private var states = InlineArray<64, State>(repeating: .free)

    var isFull: Bool { free == nil }

    private var free: Int? {
        for index in states.indices {
            if case .free = states[index] { return index }
        }
        return nil
    }

    mutating func add(_ number: UInt32, warden: Int32) {
        guard let index = free else { return }
        numbers[index] = number
        wardens[index] = warden
        states[index] = .alive
    }

    /// The pid of a command's warden; nil when there is no such command, or its warden is dead.
    func warden(of number: UInt32) -> Int32? {
        for index in states.indices where numbers[index] == number {
            if case .alive = states[index] { return wardens[index] }
        }
        return nil
    }

    /// Whether the process is a living warden.
    func isWarden(_ pid: Int32) -> Bool {
        for index in states.indices where wardens[index] == pid {
            if case .alive = states[index] { return true }
        }
        return false
    }

    /// Notes that a process has ended. Answers the command of which nothing is left with it, if it was a warden.
    mutating func ended(_ pid: Int32, cleanly: Bool) -> UInt32? {
        for index in states.indices where wardens[index] == pid {
            guard case .alive = states[index] else { continue }
            states[index] = cleanly ? .free : .broken
            return cleanly ? numbers[index] : nil
        }
        return nil
    }

    /// Whether a warden was killed whose command may have processes left.
    var hasBroken: Bool {
        for index in states.indices {
            if case .broken = states[index] { return true }
        }
        return false
    }

    /// The next command whose warden was killed, which is then no more in the table.
    mutating func takeBroken() -> UInt32? {
        for index in states.indices {
            guard case .broken = states[index] else { continue }
            states[index] = .free
            return numbers[index]
        }
        return nil
    }
}
