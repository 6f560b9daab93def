import Synchronization

@testable import Isolation

/// Session sandboxes without any process: the words of a command say what it does.
///
///     true            ends with 0
///     exit N          ends with N
///     cd PATH         ends with 0, and leaves a state with that directory
///     print TEXT      writes, and ends with 0
///     flood N         writes N bytes, and ends with 0
///     hold            runs until it is released, gets a signal, or is ended
///     leave           ends with 0, and leaves a process
///     cat             writes what is written to it until that is closed
///     lose            the sandbox is lost while it runs
///     work N          uses N seconds of processor time, and ends with 0
final class ScriptedSessions: SessionSandboxSource {
    private struct State {
        var made: [ScriptedSessionSandbox] = []
        var failure: SandboxFailure?
        /// Two at once for one workspace, which must never be.
        var conflicts = 0
    }

    private let state = Mutex(State())

    /// Every sandbox, the first one first.
    var all: [ScriptedSessionSandbox] { state.withLock { $0.made } }
    var alive: [ScriptedSessionSandbox] { all.filter(\.isUp) }
    var conflicts: Int { state.withLock { $0.conflicts } }

    /// From now on none can be made; nil: again as usual.
    func fail(with failure: SandboxFailure?) { state.withLock { $0.failure = failure } }

    func sandbox(for session: SessionSpecification) async throws(SandboxFailure) -> any SessionSandbox {
        // As with processes, something else happens meanwhile.
        await Task.yield()
        let sandbox = ScriptedSessionSandbox(user: session.identity.user, limits: session.limits)
        let failure = state.withLock { state in
            if state.failure == nil {
                if state.made.contains(where: { $0.isUp && $0.user == sandbox.user }) { state.conflicts += 1 }
                state.made.append(sandbox)
            }
            return state.failure
        }
        if let failure { throw failure }
        return sandbox
    }
}

final class ScriptedSessionSandbox: SessionSandbox {
    private struct State {
        var isUp = true
        var isLost = false
        var lastPid: Int32 = 1
        var commands: [Int32: ScriptedCommand] = [:]
        var cpu = Duration.zero
        var started: [(text: String, limits: CommandLimits)] = []
    }

    let user: UInt32
    let limits: SessionLimits
    private let state = Mutex(State())

    init(user: UInt32, limits: SessionLimits) {
        self.user = user
        self.limits = limits
    }

    /// Not destroyed.
    var isUp: Bool { state.withLock { $0.isUp } }
    var commands: [ScriptedCommand] { state.withLock { Array($0.commands.values) } }
    var started: [(text: String, limits: CommandLimits)] { state.withLock { $0.started } }
    var liveCommands: Int { get async { state.withLock { $0.commands.count } } }
    var isAlive: Bool { get async { state.withLock { $0.isUp && !$0.isLost } } }

    func start(
        _ command: SessionCommand, limits: CommandLimits, observer: OutputObserver?
    ) async throws(SandboxFailure) -> any RunningCommand { try begin(command, limits, observer) }

    func start(
        _ command: SessionCommand, limits: CommandLimits, on terminal: TerminalSize
    ) async throws(SandboxFailure) -> any RunningTerminal { try begin(command, limits, nil, isTerminal: true) }

    private func begin(
        _ command: SessionCommand, _ limits: CommandLimits, _ observer: OutputObserver?, isTerminal: Bool = false
    ) throws(SandboxFailure) -> ScriptedCommand {
        let arguments = command.command.arguments
        let text = isTerminal ? "terminal" : arguments.count > 3 ? arguments[3] : arguments.joined(separator: " ")
        let new: ScriptedCommand? = state.withLock { state in
            guard state.isUp, !state.isLost else { return nil }
            state.lastPid += 1
            state.started.append((text, limits))
            let new = ScriptedCommand(pid: state.lastPid, text: text, observer: observer, sandbox: self)
            state.commands[new.pid] = new
            return new
        }
        guard let new else { throw .lost(during: "a test") }
        new.begin(input: command.command.standardInput, state: command.state, keepsInput: command.keepsInputOpen)
        return new
    }

    func usage() async throws(SandboxFailure) -> SessionUsage {
        let (cpu, isLost) = state.withLock { ($0.cpu, $0.isLost) }
        if isLost { throw .lost(during: "a test") }
        return SessionUsage(
            cpu: cpu, memory: .mebibytes(1), peakMemory: .mebibytes(2), processes: commands.count,
            scratch: ByteCount(0))
    }

    func work(_ duration: Duration) { state.withLock { $0.cpu += duration } }
    func gone(_ pid: Int32) { state.withLock { _ = $0.commands.removeValue(forKey: pid) } }

    /// The keeper dies.
    func lose() {
        let commands = state.withLock { state in
            state.isLost = true
            return Array(state.commands.values)
        }
        for command in commands { command.lose() }
    }

    func destroy() async {
        let commands = state.withLock { state in
            state.isUp = false
            return Array(state.commands.values)
        }
        for command in commands { await command.end(.cancelled) }
    }
}

final class ScriptedCommand: RunningTerminal {
    private struct State {
        var result: Result<CommandResult, SandboxFailure>?
        var isGone = false
        var output: [UInt8] = []
        var screen: [[UInt8]] = []
        var input: [UInt8] = []
        var isInputClosed = false
        var size: TerminalSize?
        var signals: [Int32] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let pid: Int32
    let text: String
    private let observer: OutputObserver?
    private let sandbox: ScriptedSessionSandbox
    private let state = Mutex(State())

    init(pid: Int32, text: String, observer: OutputObserver?, sandbox: ScriptedSessionSandbox) {
        self.pid = pid
        self.text = text
        self.observer = observer
        self.sandbox = sandbox
    }

    var signals: [Int32] { state.withLock { $0.signals } }
    var input: String { state.withLock { String(decoding: $0.input, as: UTF8.self) } }
    var size: TerminalSize? { state.withLock { $0.size } }

    func begin(input: [UInt8], state script: [UInt8]?, keepsInput: Bool) {
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        let rest = words.count > 1 ? words[1] : ""
        switch words.first ?? "" {
        case "exit": finish(code: Int(rest) ?? 0)
        case "cd": finish(state: Self.state(rest))
        case "print":
            write(Array(rest.utf8))
            finish()
        case "flood":
            write([UInt8](repeating: 0x61, count: Int(rest) ?? 0))
            finish()
        case "hold", "terminal": break
        case "cat":
            write(input)
            if !keepsInput { finish() }
        case "leave": finish(leaves: true)
        case "lose": sandbox.lose()
        case "work":
            sandbox.work(.seconds(Int(rest) ?? 0))
            finish()
        default: finish()
        }
    }

    /// As a session's bash writes it.
    static func state(_ directory: String) -> ShellState? {
        ShellState(Array("sandmartin 1\0\(directory)\0declare -x A=b\n\0end\0".utf8))
    }

    // MARK: What a test does

    func write(_ bytes: [UInt8], on stream: OutputStream) {
        state.withLock { $0.output += bytes }
        observer?(stream, bytes)
    }

    private func write(_ bytes: [UInt8]) { if !bytes.isEmpty { write(bytes, on: .standardOutput) } }

    /// What a terminal shows.
    func show(_ text: String) { change { $0.screen.append(Array(text.utf8)) } }

    /// Lets it end by itself.
    func release(code: Int = 0) { finish(code: code) }

    func lose() {
        change { state in
            if state.result == nil { state.result = .failure(.lost(during: "a test")) }
            state.isGone = true
        }
        sandbox.gone(pid)
    }

    private func finish(
        code: Int = 0, outcome: Outcome? = nil, state shell: ShellState? = nil, leaves: Bool = false
    ) {
        change { state in
            if state.result == nil {
                var run = RunResult(outcome: outcome ?? (code == 0 ? .ok : .nonzeroExit), exitCode: code)
                run.output.combined = state.output
                run.output.standardOutput = state.output
                if outcome != nil { (run.exitCode, run.signal) = (nil, "SIGKILL") }
                var result = CommandResult(run: run)
                result.state = shell
                result.hasBackground = leaves
                state.result = .success(result)
            }
            if !leaves { state.isGone = true }
        }
        if !leaves { sandbox.gone(pid) }
    }

    private func change(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until `isReady` says so, or the task is cancelled.
    private func wait(_ isReady: @Sendable (State) -> Bool) async {
        while !Task.isCancelled {
            if state.withLock({ isReady($0) }) { return }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isNow = state.withLock { state in
                        if isReady(state) || Task.isCancelled { return true }
                        state.waiting.append(continuation)
                        return false
                    }
                    if isNow { continuation.resume() }
                }
            } onCancel: {
                change { _ in }
            }
        }
    }

    // MARK: RunningTerminal

    func result() async throws(SandboxFailure) -> CommandResult {
        await wait { $0.result != nil }
        guard let result = state.withLock({ $0.result }) else { throw .cancelled }
        return try result.get()
    }

    func waitUntilGone() async { await wait { $0.isGone } }

    func write(_ bytes: [UInt8]) async {
        state.withLock { $0.input += bytes }
        if text == "cat" { write(bytes, on: .standardOutput) }
    }

    func closeInput() async {
        state.withLock { $0.isInputClosed = true }
        if text == "cat" { finish() }
    }

    func signal(_ number: Int32) async throws(SandboxFailure) {
        state.withLock { $0.signals.append(number) }
        finish(code: 128 + Int(number))
    }

    func end(_ reason: CommandEnd) async {
        finish(outcome: reason == .diskLimit ? .diskLimit : .cancelled)
    }

    func activity() async throws(SandboxFailure) -> CommandActivity? {
        state.withLock { $0.isGone }
            ? nil : CommandActivity(processes: 1, cpu: .zero, resident: .mebibytes(1))
    }

    func read() async throws(SandboxFailure) -> [UInt8]? {
        await wait { !$0.screen.isEmpty || $0.isGone }
        return state.withLock { $0.screen.isEmpty ? nil : $0.screen.removeFirst() }
    }

    func resize(_ size: TerminalSize) async throws(SandboxFailure) { state.withLock { $0.size = size } }
}
