/// The contents of a file, as what they are made from.
struct SeededContents: Hashable, Sendable {
    let seed: UInt64
    let size: Int

    var bytes: [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + 8)
        while bytes.count < size {
            withUnsafeBytes(of: generator.next().littleEndian) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(size))
    }
}

/// What a client knows of a session: what was acknowledged, and beside it what was asked for and not answered.
struct SessionLedger: Sendable {
    let id: String
    var names: Set<String>
    /// By path what the file may hold; nil: it may not be there.
    var files: [String: Set<SeededContents?>] = [:]
    /// What the exported variable may be.
    var values: Set<Int> = [0]
    /// Lines that acknowledged commands wrote, and those that others may have written.
    var lines: Set<Int> = []
    var possibleLines: Set<Int> = []
    var commands = 0
    var fileChanges = 0
    /// Its end was asked for, and not answered.
    var mayHaveEnded = false
}

/// What one client was told by a server that was then killed.
struct CrashLedger: Sendable {
    var sessions: [String: SessionLedger] = [:]
    var created: Set<String> = []
    var ended: Set<String> = []
    /// Sessions that were asked for and of which nobody was told.
    var unanswered = 0
    var runs: Set<String> = []
    /// By id; the state that it may have.
    var keys: [String: Set<String>] = [:]
    var acknowledged = 0
    /// Answers that a living server must not give.
    var complaints: [String] = []
}
