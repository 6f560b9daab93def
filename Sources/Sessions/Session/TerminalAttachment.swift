package import Isolation

package struct TerminalSummary: Hashable, Sendable {
    package var id: TerminalID
    package var started: WallTime
    package var viewers: Int
    package var size: TerminalSize
    /// How its shell ended; nil while it runs.
    package var exitCode: Int?

    package init(id: TerminalID, started: WallTime, viewers: Int, size: TerminalSize, exitCode: Int? = nil) {
        self.id = id
        self.started = started
        self.viewers = viewers
        self.size = size
        self.exitCode = exitCode
    }
}

/// One viewer of a terminal. Several may be attached; each sees everything from the replay on, types, and resizes.
package protocol TerminalAttachment: Sendable {
    var id: TerminalID { get }
    /// The next thing for this viewer, in order: first the replay, a bounded last part of what was shown. One caller at a
    /// time; a viewer that does not read slows the terminal's programs down for a moment and then loses its middle
    /// (`.missed`), and never blocks others. Nil after `.ended`, after `detach()`, and for a cancelled task.
    func next() async -> TerminalEvent?
    /// Types. Returns when the bytes are taken; at once after `.ended`, after `detach()`, and for a cancelled task.
    func write(_ bytes: [UInt8]) async
    func resize(_ size: TerminalSize) async throws(SessionRefusal)
    /// The terminal goes on for a while without viewers.
    func detach() async
}

package enum TerminalEvent: Hashable, Sendable {
    /// Begins the replay; what comes before was dropped if `isTruncated`.
    case replay([UInt8], isTruncated: Bool)
    case output([UInt8])
    /// So many bytes were not told to this viewer, which was too slow.
    case missed(Int)
    case resized(TerminalSize)
    /// The shell has ended, or the session; there is nothing more. `status` is the shell's, 128 and the signal's number
    /// when one ended it; nil when it is unknown.
    case ended(status: Int?)
}
