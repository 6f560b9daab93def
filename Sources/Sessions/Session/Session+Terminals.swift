import Isolation

/// Terminals: a shell each, which begins with the session's state and leaves none.
extension Session {
    private static let absentTerminal = SessionRefusal.notFound(what: "terminal")

    func attach(to terminal: TerminalID) async throws(SessionRefusal) -> any TerminalAttachment {
        guard let hub = terminals[terminal] else { throw Self.absentTerminal }
        return try await hub.attach()
    }

    /// A new terminal with its first viewer. `release` is called once, when it has ended or could not be started.
    func startTerminal(
        _ terminal: TerminalID, size: TerminalSize, for caller: Caller, release: @escaping @Sendable () -> Void
    ) async throws(SessionRefusal) -> any TerminalAttachment {
        beginUse()
        defer { endUse() }
        let running: any RunningTerminal
        do {
            guard terminals.count < parts.configuration.maximumTerminals else {
                throw SessionRefusal.conflict(
                    "This session has \(terminals.count) terminals, the most there can be; end one first.")
            }
            running = try await withSandbox { awake in
                try checkRoom(caller)
                let shell = SessionCommand.interactiveShell(
                    state: awake.shell, environment: environment(awake), additions: ["TERM": "xterm-256color"])
                var limits = commandLimits(for: caller)
                limits.output = .kibibytes(4)
                limits.endsFlood = false
                limits.cpu = nil
                return try await awake.sandbox.start(shell, limits: limits, on: size)
            }
        } catch {
            release()
            throw refusal(error, "start a terminal")
        }
        let hub = TerminalHub(
            terminal, running, size: size, started: parts.clock.wall(), configuration: parts.configuration,
            now: parts.clock.now)
        terminals[terminal] = hub
        let attachment = try await hub.attach()
        beginUse()
        parts.records.terminalStarted()
        tell(.terminalStarted(terminal))
        Task {
            let result = await hub.run()
            await running.waitUntilGone()
            ended(hub, result, caller)
            release()
        }
        return attachment
    }

    private func ended(_ hub: TerminalHub, _ result: RunResult?, _ caller: Caller) {
        terminals[hub.id] = nil
        disk.needsCount()
        endUse()
        tell(.terminalEnded(hub.id))
        var details = ["terminal": "\(hub.id)"]
        if let code = result?.exitCode { details["exit_code"] = "\(code)" }
        parts.records.note(
            AuditActor(caller).event(
                .terminal, at: parts.clock.wall(), subject: "\(id)", outcome: "ended", details: details))
    }

    func terminalSummaries() async -> [TerminalSummary] {
        var summaries: [TerminalSummary] = []
        for hub in terminals.values { summaries.append(await hub.summary) }
        return summaries.sorted { ($0.started, $0.id.description) < ($1.started, $1.id.description) }
    }

    func endTerminal(_ terminal: TerminalID) async throws(SessionRefusal) {
        guard let hub = terminals[terminal] else { throw Self.absentTerminal }
        await hub.end(.cancelled)
        // Nobody attaches to it after this answer, also while its viewers are still being told.
        terminals[terminal] = nil
    }

    /// Ends those that nobody has looked at for long.
    func endForgottenTerminals() async {
        for hub in terminals.values where await hub.isForgotten(for: parts.configuration.terminalGrace) {
            await hub.end(.cancelled)
        }
    }
}
