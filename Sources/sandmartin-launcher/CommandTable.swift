import CLinux

/// The commands of a session that have a process alive, each with its warden.
struct CommandTable {
    /// Above what the server starts, because a warden leaves after the news that nothing else is left of its command.
    static let capacity = 80

    private enum State {
        case free
        case alive
        /// Its warden was killed; what it leaves comes to the keeper and is killed there.
        case broken
    }

    private var numbers = InlineArray<80, UInt32>(repeating: 0)
    private var wardens = InlineArray<80, Int32>(repeating: 0)
    private var states = InlineArray<80, State>(repeating: .free)
    /// Those that are not answered yet.
    private var starts = InlineArray<80, PendingStart?>(repeating: nil)

    var isFull: Bool { free == nil }

    private var free: Int? {
        for index in states.indices {
            if case .free = states[index] { return index }
        }
        return nil
    }

    mutating func add(_ number: UInt32, warden: Int32, start: PendingStart) {
        guard let index = free else { return start.close() }
        numbers[index] = number
        wardens[index] = warden
        states[index] = .alive
        starts[index] = start
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

    // MARK: Starts

    /// Where the start of a command is reported; -1 once it is answered.
    func report(at index: Int) -> Int32 { starts[index]?.report ?? -1 }

    var hasStarts: Bool {
        for index in starts.indices where starts[index] != nil { return true }
        return false
    }

    mutating func takeStart(at index: Int) -> PendingStart? {
        let start = starts[index]
        starts[index] = nil
        return start
    }

    // MARK: Ends

    /// Notes that a process has ended. Answers the command of which nothing is left with it, if it was a warden.
    mutating func ended(_ pid: Int32, cleanly: Bool) -> GoneCommand? {
        for index in states.indices where wardens[index] == pid {
            guard case .alive = states[index] else { continue }
            if cleanly { return remove(index) }
            states[index] = .broken
            return nil
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
    mutating func takeBroken() -> GoneCommand? {
        for index in states.indices {
            if case .broken = states[index] { return remove(index) }
        }
        return nil
    }

    private mutating func remove(_ index: Int) -> GoneCommand {
        states[index] = .free
        return GoneCommand(number: numbers[index], start: takeStart(at: index))
    }
}

/// A command of which no process is left.
struct GoneCommand {
    let number: UInt32
    /// What is still to be answered.
    let start: PendingStart?
}
