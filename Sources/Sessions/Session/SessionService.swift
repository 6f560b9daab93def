package import Isolation

// Theory of operation
//
// A session is three things that need no process: a row in the store, a workspace on disk, and the state of its shell. Its
// sandbox is there while something runs, and is given up when nothing has for a while. Whoever asks for a session's work
// never sees the difference, except for some milliseconds.
//
// Every call names the caller. A session of somebody else is not there: `notFound`, for administrators too.

/// The sessions of a server, as its routes use them.
package protocol SessionService: SessionFiles {
    var bounds: SessionBounds { get }
    /// Why this server keeps no sessions, a whole sentence; nil when it does. Then every call answers `unavailable`.
    var obstacle: String? { get }

    // MARK: Sessions

    func create(_ new: NewSession, by caller: Caller) async throws(SessionRefusal) -> SessionSummary
    /// The newest first.
    func sessions(_ query: SessionQuery, of caller: Caller) async throws(SessionRefusal) -> SessionPage
    func session(_ id: SessionID, of caller: Caller) async throws(SessionRefusal) -> SessionSummary
    func change(
        _ id: SessionID, _ change: SessionChange, by caller: Caller
    ) async throws(SessionRefusal) -> SessionSummary
    /// Ends everything in it. At the return it is gone for everybody; its files are removed beside the answer.
    func end(_ id: SessionID, by caller: Caller) async throws(SessionRefusal)

    // MARK: Commands

    /// Reads a shell line, and runs it unless the policy refuses. Without `session` in the caller's default session, which is
    /// made when it is missing. With `isBackground` this returns when the command runs, otherwise when its first process has
    /// ended. A cancelled task ends the command. `observer` is told of the start, and of output as it comes.
    ///
    /// Commands of one session may run at the same time. Each begins with the state (directory, variables, umask) that the
    /// last one to end before it has left.
    func execute(
        _ request: CommandRequest, in session: SessionID?, by caller: Caller, observer: CommandObserver?
    ) async throws(SessionRefusal) -> CommandReply

    // MARK: Processes

    /// Commands that live, and background commands that ended recently; the oldest first.
    func processes(of id: SessionID, for caller: Caller) async throws(SessionRefusal) -> [ProcessSummary]
    func process(
        _ pid: Int32, of id: SessionID, for caller: Caller
    ) async throws(SessionRefusal) -> ProcessSummary
    /// What it wrote from `offset` (bytes since its start, standard output and standard error in the order in which they
    /// came), at most `limit` bytes, also after its end. Waits up to `wait` for the first byte or the end.
    func output(
        of pid: Int32, from offset: Int, limit: Int, wait: Duration, in id: SessionID, for caller: Caller
    ) async throws(SessionRefusal) -> ProcessOutput
    /// Writes to its standard input, and closes that if `closes`. Returns when the bytes are taken.
    func write(
        _ bytes: [UInt8], closes: Bool, to pid: Int32, of id: SessionID, by caller: Caller
    ) async throws(SessionRefusal)
    /// Sends a signal to its process group, or, without one, ends its whole tree. One that has ended is not an error.
    func signal(_ number: Int32?, to pid: Int32, of id: SessionID, by caller: Caller) async throws(SessionRefusal)

    // MARK: Terminals

    /// Attaches to a terminal of the session: to `terminal`, or to a new one when that is nil.
    func attach(
        to terminal: TerminalID?, size: TerminalSize, of id: SessionID, by caller: Caller
    ) async throws(SessionRefusal) -> any TerminalAttachment
    func terminals(of id: SessionID, for caller: Caller) async throws(SessionRefusal) -> [TerminalSummary]
    /// Ends a terminal with everything that runs in it.
    func endTerminal(_ terminal: TerminalID, of id: SessionID, by caller: Caller) async throws(SessionRefusal)

    // MARK: Events and figures

    /// What happens in the session from now on, until it ends or the reading task is cancelled. What is told faster than it is
    /// read is dropped and told as `.missed`.
    func events(of id: SessionID, for caller: Caller) async throws(SessionRefusal) -> AsyncStream<SessionEvent>
    func load() async -> SessionLoad
}

/// Why something about sessions was not done. Nothing was started and nothing was kept.
package enum SessionRefusal: Error, Sendable {
    /// There is none, or none of the caller's; `what` is a word for the caller: session, process, terminal.
    case notFound(what: String)
    case invalid(InvalidRequest)
    /// The state of things does not allow it; a whole sentence.
    case conflict(String)
    case quotaExceeded(QuotaRefusal)
    case machineBusy(MachinePressure)
    case overloaded(message: String, retryAfter: Duration)
    case shuttingDown
    /// This server keeps no sessions; a whole sentence.
    case unavailable(String)
    /// Ours; a whole sentence for the caller, without the reason, which the log has.
    case failed(String)
}
