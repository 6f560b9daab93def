import Interception
package import Isolation

/// Commands and what lives in sessions: found, read, admitted, and handed to the session.
extension SessionDirectory {
    package nonisolated func execute(
        _ request: CommandRequest, in session: SessionID?, by caller: Caller, observer: CommandObserver?
    ) async throws(SessionRefusal) -> CommandReply {
        if let session { return try await execute(request, in: session, by: caller, observer) }
        let first = try await defaultSession(for: caller)
        do throws(SessionRefusal) {
            return try await execute(request, in: first, by: caller, observer)
        } catch .notFound {
            // It ended in this moment: the next one is asked, once.
            return try await execute(request, in: try await defaultSession(for: caller), by: caller, observer)
        }
    }

    private nonisolated func execute(
        _ request: CommandRequest, in id: SessionID, by caller: Caller, _ observer: CommandObserver?
    ) async throws(SessionRefusal) -> CommandReply {
        let requested = parts.clock.now()
        let session = try find(id, for: caller)
        let verdict = await screening.verdict(on: request.command, policy: request.policy)
        if let reason = try Self.refusal(verdict) {
            note(
                .command, id, by: AuditActor(caller), decision: .denied, outcome: Outcome.blocked.rawValue,
                details: ["reason": String(reason.prefix(512))], text: request.command)
            parts.records.commandEnded(.blocked, wall: nil)
            return try await blocked(reason, verdict.report, request, session)
        }
        try admit(caller, .command, id)
        let quotas = parts.quotas
        return try await session.execute(
            AdmittedCommand(
                request: request, caller: caller, report: verdict.report, relay: observer.map(CommandRelay.init),
                requested: requested
            ) { quotas.runEnded(of: caller.owner, cpu: .zero) })
    }

    /// Why a command is refused; throws for what is no command at all.
    private static func refusal(_ verdict: ShellCommandCheck.Verdict) throws(SessionRefusal) -> String? {
        switch verdict.refusal {
        case .empty, .tooLong:
            throw .invalid(InvalidRequest(field: "command", message: verdict.refusal?.description ?? ""))
        case .restricted(let finding): return finding.message
        case nil: break
        }
        guard let report = verdict.report, report.decision == .block else { return nil }
        return report.reason ?? "The policy of this server does not allow this command."
    }

    private nonisolated func blocked(
        _ reason: String, _ report: SecurityReport?, _ request: CommandRequest, _ session: Session
    ) async throws(SessionRefusal) -> CommandReply {
        guard let summary = try await summary(session.id) else { throw Session.absent }
        var limits = bounds.command
        limits.wall = request.timeout ?? bounds.standardTimeout
        return CommandReply(
            fate: .blocked(reason), session: session.id,
            workingDirectory: summary.workingDirectory, report: report, isolation: parts.isolation, limits: limits,
            sessionLimits: summary.row.limits)
    }

    /// Counts a run of the caller's, or says why there can be none; what is refused is noted.
    private nonisolated func admit(
        _ caller: Caller, _ action: AuditEvent.Action, _ id: SessionID
    ) throws(SessionRefusal) {
        do throws(ExecutionRejection) {
            try parts.admission.admitRun(of: caller)
        } catch {
            switch error {
            case .quotaExceeded(let refusal):
                note(
                    action, id, by: AuditActor(caller), decision: .denied,
                    outcome: "quota.\(refusal.resource.rawValue)")
                throw .quotaExceeded(refusal)
            case .machineBusy(let pressure): throw .machineBusy(pressure)
            case .overloaded(let retryAfter):
                throw .overloaded(message: "The server is busy; try again later.", retryAfter: retryAfter)
            case .session(let refusal): throw refusal
            case .shuttingDown: throw .shuttingDown
            }
        }
    }

    // MARK: Processes

    package nonisolated func processes(
        of id: SessionID, for caller: Caller
    ) async throws(SessionRefusal) -> [ProcessSummary] {
        await (try find(id, for: caller)).processes()
    }

    package nonisolated func process(
        _ pid: Int32, of id: SessionID, for caller: Caller
    ) async throws(SessionRefusal) -> ProcessSummary {
        try await find(id, for: caller).process(pid)
    }

    package nonisolated func output(
        of pid: Int32, from offset: Int, limit: Int, wait: Duration, in id: SessionID, for caller: Caller
    ) async throws(SessionRefusal) -> ProcessOutput {
        try await find(id, for: caller).output(of: pid, from: offset, limit: limit, wait: wait)
    }

    package nonisolated func write(
        _ bytes: [UInt8], closes: Bool, to pid: Int32, of id: SessionID, by caller: Caller
    ) async throws(SessionRefusal) {
        try await find(id, for: caller).write(bytes, closes: closes, to: pid)
    }

    package nonisolated func signal(
        _ number: Int32?, to pid: Int32, of id: SessionID, by caller: Caller
    ) async throws(SessionRefusal) {
        try await find(id, for: caller).signal(number, to: pid)
    }

    // MARK: Terminals

    package func attach(
        to terminal: TerminalID?, size: TerminalSize, of id: SessionID, by caller: Caller
    ) async throws(SessionRefusal) -> any TerminalAttachment {
        let session = try find(id, for: caller)
        if let terminal { return try await session.attach(to: terminal) }
        var generator = SystemRandomNumberGenerator()
        let new = TerminalID(using: &generator)
        try admit(caller, .terminal, id)
        let quotas = parts.quotas
        let attachment = try await session.startTerminal(new, size: size, for: caller) {
            quotas.runEnded(of: caller.owner, cpu: .zero)
        }
        note(.terminal, id, by: AuditActor(caller), outcome: "started", details: ["terminal": "\(new)"])
        await parts.records.settle()
        return attachment
    }

    package nonisolated func terminals(
        of id: SessionID, for caller: Caller
    ) async throws(SessionRefusal) -> [TerminalSummary] {
        await (try find(id, for: caller)).terminalSummaries()
    }

    package nonisolated func endTerminal(
        _ terminal: TerminalID, of id: SessionID, by caller: Caller
    ) async throws(SessionRefusal) {
        try await find(id, for: caller).endTerminal(terminal)
    }

    // MARK: Events and files

    package nonisolated func events(
        of id: SessionID, for caller: Caller
    ) async throws(SessionRefusal) -> AsyncStream<SessionEvent> {
        try await find(id, for: caller).events()
    }

    package nonisolated func workspace(
        of session: SessionID, for caller: Caller
    ) async throws -> SessionWorkspace? {
        guard let session = lookUp(session, of: caller.owner) else { return nil }
        return try await session.workspace(for: caller)
    }
}

/// Programs that run in sessions.
extension SessionDirectory: SessionPrograms {
    package nonisolated var isolation: IsolationReport { parts.isolation }

    package nonisolated func check(_ session: SessionID, for caller: Caller) async throws(SessionRefusal) {
        _ = try find(session, for: caller)
    }

    package nonisolated func sandbox(
        in session: SessionID, for caller: Caller
    ) async throws(SessionRefusal) -> any ProgramSandbox {
        let session = try find(session, for: caller)
        do {
            return SessionProgram(session, try await session.workspace(for: caller), caller: caller)
        } catch {
            throw session.refusal(error, "open its workspace")
        }
    }
}
