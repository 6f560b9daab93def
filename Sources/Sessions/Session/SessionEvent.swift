package import Isolation

/// Something that happened in a session, whoever did it.
package enum SessionEvent: Hashable, Sendable {
    case state(SessionRow.State)
    case files(FileChange)
    case commandStarted(pid: Int32, command: String)
    case commandEnded(pid: Int32, outcome: Outcome, exitCode: Int?)
    case terminalStarted(TerminalID)
    case terminalEnded(TerminalID)
    /// So many events were dropped because nobody took them in time: what is known is to be asked for again.
    case missed(Int)
}
