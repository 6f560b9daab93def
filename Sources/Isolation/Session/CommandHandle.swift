import CLinux
import LinuxKernel

/// A command as its owner holds it; everything happens on the loop of its sandbox.
struct CommandHandle: RunningTerminal {
    let sandbox: LiveSessionSandbox
    let command: ActiveCommand
    let pid: Int32

    func result() async throws(SandboxFailure) -> CommandResult { try await sandbox.result(of: command) }
    func waitUntilGone() async { await sandbox.waitUntilGone(command) }
    func write(_ bytes: [UInt8]) async { await sandbox.write(bytes, to: command) }
    func closeInput() async { await sandbox.closeInput(of: command) }
    func signal(_ number: Int32) async throws(SandboxFailure) { try await sandbox.signal(number, command) }
    func activity() async throws(SandboxFailure) -> CommandActivity? { try await sandbox.activity(of: command) }
    func read() async throws(SandboxFailure) -> [UInt8]? { try await sandbox.read(command) }
    func resize(_ size: TerminalSize) async throws(SandboxFailure) { try await sandbox.resize(command, size) }

    func end(_ reason: CommandEnd) async {
        await sandbox.end(command, because: reason == .diskLimit ? .disk : .cancelled)
        await sandbox.waitUntilGone(command)
    }
}

// A closure that waits is the actor's only if it captures the actor; hence the methods that add a continuation.
extension LiveSessionSandbox {
    func result(of active: ActiveCommand) async throws(SandboxFailure) -> CommandResult {
        let key = Waiters.Key()
        await withTaskCancellationHandler {
            await withCheckedContinuation { waitForResult(of: active, key, $0) }
        } onCancel: {
            Task { await self.giveUp(key, active) }
        }
        guard let result = active.result else { throw .cancelled }
        return try result.get()
    }

    private func waitForResult(
        of active: ActiveCommand, _ key: Waiters.Key, _ continuation: CheckedContinuation<Void, Never>
    ) {
        if active.result != nil || Task.isCancelled { return continuation.resume() }
        active.resultWaiters.add(key, continuation)
    }

    func waitUntilGone(_ active: ActiveCommand) async {
        let key = Waiters.Key()
        await withTaskCancellationHandler {
            await withCheckedContinuation { waitUntilGone(active, key, $0) }
        } onCancel: {
            Task { await self.giveUp(key, active) }
        }
    }

    private func waitUntilGone(
        _ active: ActiveCommand, _ key: Waiters.Key, _ continuation: CheckedContinuation<Void, Never>
    ) {
        if active.isGone || Task.isCancelled { return continuation.resume() }
        active.goneWaiters.add(key, continuation)
    }

    private func giveUp(_ key: Waiters.Key, _ active: ActiveCommand) {
        active.resultWaiters.giveUp(key)
        active.goneWaiters.giveUp(key)
    }

    func write(_ bytes: [UInt8], to active: ActiveCommand) async {
        guard let input = active.terminal?.input ?? active.input else { return }
        await withCheckedContinuation { continuation in
            do { try input.write(bytes, done: continuation) } catch { input.end() }
        }
    }

    func closeInput(of active: ActiveCommand) {
        guard let input = active.input else { return }
        do { try input.close() } catch { input.end() }
    }

    func signal(_ number: Int32, _ active: ActiveCommand) async throws(SandboxFailure) {
        guard !active.isGone else { return }
        // The number of a group may be another's once its first process has ended; and 0 is the keeper's own.
        let message: Message =
            active.ended == nil && active.pid > 0
            ? .signal(number, to: -active.pid) : .signal(number, command: active.number)
        do {
            _ = try await keeper.conversation.ask(message)
        } catch {
            if case .setup(_, let errno) = error, errno == Errno(ESRCH) { return }
            throw error
        }
    }

    func activity(of active: ActiveCommand) async throws(SandboxFailure) -> CommandActivity? {
        guard !active.isGone else { return nil }
        do {
            return CommandActivity(try await keeper.conversation.ask(.inspect(command: active.number)))
        } catch {
            if case .setup(_, let errno) = error, errno == Errno(ESRCH) { return nil }
            throw error
        }
    }

    func read(_ active: ActiveCommand) async throws(SandboxFailure) -> [UInt8]? {
        guard let terminal = active.terminal else { return nil }
        let key = Waiters.Key()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { read(terminal, key, $0) }
        } onCancel: {
            Task { await self.giveUpReading(terminal, key) }
        }
    }

    private func read(
        _ terminal: TerminalMaster, _ key: Waiters.Key, _ continuation: CheckedContinuation<[UInt8]?, Never>
    ) {
        if Task.isCancelled { continuation.resume(returning: nil) } else { terminal.read(key, continuation) }
    }

    private func giveUpReading(_ terminal: TerminalMaster, _ key: Waiters.Key) { terminal.giveUpReading(key) }

    func resize(_ active: ActiveCommand, _ size: TerminalSize) throws(SandboxFailure) {
        guard let terminal = active.terminal else { return }
        do { try terminal.resize(size) } catch { throw .system(error) }
    }
}
