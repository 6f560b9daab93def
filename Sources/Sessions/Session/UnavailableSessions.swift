package import Isolation

/// The sessions of a server that keeps none: every call says why.
package struct UnavailableSessions: SessionService {
    package let bounds: SessionBounds
    private let reason: String

    package var obstacle: String? { reason }

    /// `reason` is a whole sentence for callers.
    package init(bounds: SessionBounds, reason: String) {
        self.bounds = bounds
        self.reason = reason
    }

    private var refusal: SessionRefusal { .unavailable(reason) }

    package func create(_ new: NewSession, by caller: Caller) throws(SessionRefusal) -> SessionSummary { throw refusal }

    package func sessions(_ query: SessionQuery, of caller: Caller) throws(SessionRefusal) -> SessionPage {
        throw refusal
    }

    package func session(_ id: SessionID, of caller: Caller) throws(SessionRefusal) -> SessionSummary { throw refusal }

    package func change(
        _ id: SessionID, _ change: SessionChange, by caller: Caller
    ) throws(SessionRefusal) -> SessionSummary { throw refusal }

    package func end(_ id: SessionID, by caller: Caller) throws(SessionRefusal) { throw refusal }

    package func execute(
        _ request: CommandRequest, in session: SessionID?, by caller: Caller, observer: CommandObserver?
    ) throws(SessionRefusal) -> CommandReply { throw refusal }

    package func processes(of id: SessionID, for caller: Caller) throws(SessionRefusal) -> [ProcessSummary] {
        throw refusal
    }

    package func process(_ pid: Int32, of id: SessionID, for caller: Caller) throws(SessionRefusal) -> ProcessSummary {
        throw refusal
    }

    package func output(
        of pid: Int32, from offset: Int, limit: Int, wait: Duration, in id: SessionID, for caller: Caller
    ) throws(SessionRefusal) -> ProcessOutput { throw refusal }

    package func write(
        _ bytes: [UInt8], closes: Bool, to pid: Int32, of id: SessionID, by caller: Caller
    ) throws(SessionRefusal) { throw refusal }

    package func signal(_ number: Int32?, to pid: Int32, of id: SessionID, by caller: Caller) throws(SessionRefusal) {
        throw refusal
    }

    package func attach(
        to terminal: TerminalID?, size: TerminalSize, of id: SessionID, by caller: Caller
    ) throws(SessionRefusal) -> any TerminalAttachment { throw refusal }

    package func terminals(of id: SessionID, for caller: Caller) throws(SessionRefusal) -> [TerminalSummary] {
        throw refusal
    }

    package func endTerminal(
        _ terminal: TerminalID, of id: SessionID, by caller: Caller
    ) throws(SessionRefusal) { throw refusal }

    package func events(of id: SessionID, for caller: Caller) throws(SessionRefusal) -> AsyncStream<SessionEvent> {
        throw refusal
    }

    package func load() -> SessionLoad { SessionLoad() }

    package func workspace(of session: SessionID, for caller: Caller) throws -> SessionWorkspace? { throw refusal }
}
