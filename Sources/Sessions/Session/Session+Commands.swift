import Interception
import Isolation
import Logging

/// A command that may run: it was read, and its owner's quota has room for it.
struct AdmittedCommand: Sendable {
    let request: CommandRequest
    let caller: Caller
    let report: SecurityReport?
    let relay: CommandRelay?
    let requested: ContinuousClock.Instant
    /// Gives the owner's quota its place back; must be called once.
    let release: @Sendable () -> Void
}

/// Commands: from the shell line to its answer.
extension Session {
    /// Runs a command, or starts it if it is a background command.
    func execute(_ admitted: AdmittedCommand) async throws(SessionRefusal) -> CommandReply {
        beginUse()
        defer { endUse() }
        let started: (awake: Awake, running: any RunningCommand, record: CommandRecord, limits: CommandLimits)
        do {
            started = try await start(admitted)
        } catch {
            admitted.release()
            throw refusal(error, "start the command")
        }
        let (awake, running, record, limits) = started
        let waited = parts.clock.now() - admitted.requested
        if record.isBackground {
            Task { await finishBackground(record.number, running, admitted) }
            return await reply(.running(record.summary()), record, awake, admitted, limits, waited)
        }
        defer { admitted.release() }
        let result: CommandResult
        do {
            result = try await Self.result(of: running)
        } catch {
            ended(record.number, nil)
            note(record, admitted, outcome: .sandboxError)
            if await !awake.sandbox.isAlive { await discard(awake) }
            throw refusal(error, "finish the command")
        }
        ended(record.number, result.run)
        await keep(shell: result.state, of: awake)
        note(record, admitted, outcome: result.run.outcome, result.run)
        await parts.records.settle()
        return await reply(.ended(result), record, awake, admitted, limits, waited)
    }

    // MARK: Start

    private func start(
        _ admitted: AdmittedCommand
    ) async throws -> (Awake, any RunningCommand, CommandRecord, CommandLimits) {
        let request = admitted.request
        let output = request.isBackground ? OutputRing(limit: parts.configuration.backgroundOutput.bytes) : nil
        let relay = admitted.relay
        let observer: OutputObserver? =
            if output == nil, relay == nil { nil } else {
                { stream, bytes in
                    output?.append(bytes)
                    relay?.output(stream, bytes)
                }
            }
        let limits = limits(of: request, for: admitted.caller)
        let (awake, running) = try await withSandbox { awake -> (Awake, any RunningCommand) in
            try checkRoom(admitted.caller)
            var command = SessionCommand.shell(
                request.command, state: awake.shell, environment: environment(awake),
                additions: request.environment, standardInput: request.standardInput)
            command.keepsInputOpen = request.isBackground
            return (awake, try await awake.sandbox.start(command, limits: limits, observer: observer))
        }
        let record = remember(running, request.command, isBackground: request.isBackground, output)
        relay?.started(id, running.pid)
        return (awake, running, record, limits)
    }

    /// Uses the sandbox; if it turns out to be lost, once more with another.
    func withSandbox<Value: Sendable>(_ body: (Awake) async throws -> Value) async throws -> Value {
        let awake = try await awake()
        do {
            return try await body(awake)
        } catch let failure as SandboxFailure {
            guard await !awake.sandbox.isAlive else { throw failure }
            parts.logger.warning(
                "the sandbox of a session was lost", metadata: ["session_id": "\(id)", "reason": "\(failure)"])
            await discard(awake)
        }
        return try await body(try await self.awake())
    }

    func environment(_ awake: Awake) -> [String: String] {
        parts.configuration.environment.merging(awake.row.environment) { $1 }
    }

    private func limits(of request: CommandRequest, for caller: Caller) -> CommandLimits {
        var limits = commandLimits(for: caller)
        limits.wall = request.timeout ?? (request.isBackground ? nil : parts.bounds.standardTimeout)
        if request.isBackground {
            // All of it goes to the observer, as it comes.
            limits.output = .kibibytes(4)
            limits.endsFlood = false
            limits.observesEverything = true
            limits.cpu = nil
        }
        return limits
    }

    /// Without a limit of time.
    func commandLimits(for caller: Caller) -> CommandLimits {
        var limits = parts.bounds.command
        limits.wall = nil
        limits.fileSize = ByteCount(max(1, min(limits.fileSize.bytes, diskLeft(caller))))
        return limits
    }

    /// Keeps a started command in mind until nothing of it lives.
    func remember(
        _ running: any RunningCommand, _ text: String, isBackground: Bool, _ output: OutputRing? = nil
    ) -> CommandRecord {
        lastCommand += 1
        let record = CommandRecord(
            number: lastCommand, pid: running.pid, command: text, isBackground: isBackground,
            started: parts.clock.wall(), output: output, phase: .running(running))
        // The number is another's now.
        commands.removeAll { $0.pid == running.pid && $0.running == nil }
        commands.append(record)
        beginUse()
        tell(.commandStarted(pid: running.pid, command: text))
        let number = record.number
        Task {
            await running.waitUntilGone()
            gone(number)
        }
        return record
    }

    // MARK: End

    /// Waits for the end of the first process; a cancelled task ends the command.
    static func result(of running: any RunningCommand) async throws(SandboxFailure) -> CommandResult {
        do {
            return try await running.result()
        } catch {
            guard error == .cancelled, Task.isCancelled else { throw error }
            await running.end(.cancelled)
            return try await running.result()
        }
    }

    private func finishBackground(
        _ number: Int, _ running: any RunningCommand, _ admitted: AdmittedCommand
    ) async {
        var result: RunResult?
        do { result = try await running.result().run } catch {
            parts.logger.error(
                "a background command was lost", metadata: ["session_id": "\(id)", "reason": "\(error)"])
        }
        ended(number, result)
        if let record = commands.first(where: { $0.number == number }) {
            note(record, admitted, outcome: result?.outcome ?? .sandboxError, result)
        }
        await running.waitUntilGone()
        admitted.release()
    }

    /// Its first process has ended; told once of each command that is remembered.
    func ended(_ number: Int, _ result: RunResult?) {
        guard let index = commands.firstIndex(where: { $0.number == number }) else { return }
        let result = result?.withoutOutput
        tell(
            .commandEnded(
                pid: commands[index].pid, outcome: result?.outcome ?? .sandboxError, exitCode: result?.exitCode))
        switch commands[index].phase {
        case .running(let running): commands[index].phase = .leftBehind(running, result)
        case .leftBehind: break
        case .ended:
            // Nothing of it lives any more, which was told first.
            commands[index].phase = .ended(result)
            settle(index)
        }
    }

    /// Nothing of it lives.
    private func gone(_ number: Int) {
        disk.needsCount()
        endUse()
        guard let index = commands.firstIndex(where: { $0.number == number }) else { return }
        commands[index].output?.complete()
        switch commands[index].phase {
        case .running: commands[index].phase = .ended(nil)
        case .leftBehind(_, let result):
            commands[index].phase = .ended(result)
            settle(index)
        case .ended: break
        }
    }

    /// Everything is known about it: what ran in the background is remembered.
    private func settle(_ index: Int) {
        if !commands[index].isBackground { commands.remove(at: index) }
        forget(above: parts.configuration.rememberedBytes)
    }

    /// What slept is asked for seldom; a little of it stays.
    func forgetForSleep() { forget(above: parts.configuration.sleepingBytes) }

    /// Forgets the oldest commands that ended, and before the last one is forgotten the first part of its output.
    private func forget(above bytes: ByteCount) {
        var ended = commands.indices.filter { commands[$0].running == nil }
        var size = ended.reduce(0) { $0 + commands[$1].size }
        var forgotten: Set<Int> = []
        while ended.count > parts.configuration.maximumRemembered || (size > bytes.bytes && ended.count > 1) {
            let first = ended.removeFirst()
            size -= commands[first].size
            forgotten.insert(commands[first].number)
        }
        if size > bytes.bytes, let last = ended.first { commands[last].output?.shrink(to: bytes.bytes / 2) }
        commands.removeAll { forgotten.contains($0.number) }
    }

    // MARK: Answer

    private func reply(
        _ fate: CommandReply.Fate, _ record: CommandRecord, _ awake: Awake, _ admitted: AdmittedCommand,
        _ limits: CommandLimits, _ waited: Duration
    ) async -> CommandReply {
        let usage = await charge(awake).usage
        var directory = Self.firstDirectory
        if case .active(let current) = state { directory = current.shell?.directory(in: id) ?? directory }
        return CommandReply(
            fate: fate, session: id, pid: record.pid, workingDirectory: directory, report: admitted.report,
            usage: usage, isolation: parts.isolation, limits: limits, sessionLimits: awake.row.limits, waited: waited)
    }

    static let firstDirectory = "/workspace"

    private func note(
        _ record: CommandRecord, _ admitted: AdmittedCommand, outcome: Outcome, _ result: RunResult? = nil
    ) {
        parts.records.commandEnded(outcome, wall: result?.usage.wall, start: result?.usage.start)
        var details = ["pid": "\(record.pid)"]
        if record.isBackground { details["background"] = "true" }
        if let code = result?.exitCode { details["exit_code"] = "\(code)" }
        parts.records.note(
            AuditActor(admitted.caller).event(
                .command, at: parts.clock.wall(), subject: "\(id)", outcome: outcome.rawValue, details: details),
            text: record.command)
        parts.logger.info(
            "command ended",
            metadata: [
                "session_id": "\(id)", "owner": "\(owner)", "pid": "\(record.pid)", "status": "\(outcome.rawValue)",
                "wall_ms": "\((result?.usage.wall ?? .zero) / .milliseconds(1))",
            ])
    }
}

extension ShellState {
    /// The working directory as callers know it. At the level landlock a shell knows its workspace by the host's path, which
    /// has the session's id for its last part.
    func directory(in session: SessionID) -> String {
        let parts = workingDirectory.split(separator: "/", omittingEmptySubsequences: false)
        guard let own = parts.firstIndex(of: Substring(session.description)), parts[1] != "workspace" else {
            return workingDirectory
        }
        return ([Session.firstDirectory] + parts[(own + 1)...].map(String.init)).joined(separator: "/")
    }
}
