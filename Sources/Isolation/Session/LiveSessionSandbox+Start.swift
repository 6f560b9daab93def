import CLinux
import LinuxKernel

/// Starting commands, and what goes through their pipes.
extension LiveSessionSandbox {
    package func start(
        _ command: SessionCommand, limits: CommandLimits, observer: OutputObserver?
    ) async throws(SandboxFailure) -> any RunningCommand {
        try requireRoom(for: command)
        let active = ActiveCommand(number: makeNumber(), limits: limits, observer: observer)
        let descriptors: [SharedDescriptor]
        do { descriptors = try pipes(of: active, command) } catch {
            stopWatching(active)
            throw .system(error)
        }
        _ = try await launch(active, command, descriptors, terminal: nil)
        return CommandHandle(sandbox: self, command: active, pid: active.pid)
    }

    package func start(
        _ command: SessionCommand, limits: CommandLimits, on terminal: TerminalSize
    ) async throws(SandboxFailure) -> any RunningTerminal {
        try requireRoom(for: command)
        let active = ActiveCommand(number: makeNumber(), limits: limits, observer: nil)
        let state: SharedDescriptor
        do { state = try MemoryFile.make(command.state ?? []) } catch { throw .system(error) }
        // At the level landlock nothing inside may open one: it would be everybody's of our user.
        let own: TerminalPair?
        do { own = folder == nil ? nil : try TerminalPair(terminal) } catch { throw .system(error) }
        let answer = try await launch(
            active, command, [state] + (own.map { [$0.peer] } ?? []), terminal: terminal)
        guard let master = own?.master ?? answer.descriptors.first else {
            throw .lost(during: "the start of a terminal")
        }
        do throws(SystemError) {
            let terminal = try TerminalMaster(master, on: loop)
            active.terminal = terminal
            // It may be over before this task goes on.
            if active.isGone { terminal.close() }
            try terminal.input.write(command.command.standardInput)
        } catch {
            end(active, because: .cancelled)
            throw .system(error)
        }
        return CommandHandle(sandbox: self, command: active, pid: active.pid)
    }

    /// Has the keeper start it and waits for its executable to run.
    private func launch(
        _ active: ActiveCommand, _ command: SessionCommand, _ descriptors: [SharedDescriptor], terminal: TerminalSize?
    ) async throws(SandboxFailure) -> Conversation.Answer {
        commands[active.number] = active
        if commands.count > 1 { for command in commands.values { command.isAlone = false } }
        let message = Message.command(
            folder?.paths.map(command.command) ?? command.command, number: active.number, limits: active.limits,
            memory: limits.memory,
            descriptors: descriptors, terminal: terminal, isConfined: folder != nil)
        do throws(SandboxFailure) {
            active.cpuBefore = .microseconds(try sample().cpuMicroseconds)
            return try await withCheckedContinuation { continuation in
                active.starting = continuation
                keeper.conversation.post(message) { [unowned self] answer in started(active, answer) }
                startTimers(active)
            }.get()
        } catch {
            // Its warden, if there was one, has nothing to report.
            commands[active.number] = nil
            active.isGone = true
            stopWatching(active)
            switch error {
            // What the keeper has no memory for, the session has left none for.
            case .setup(.fork, Errno(EAGAIN)), .setup(_, .noMemory): throw .noProcessLeft
            case .setup(.execute, let errno): throw .notExecutable(path: command.command.executable, error: errno)
            default: throw error
            }
        }
    }

    /// At once, and not when the task that waits goes on: the next packet may be its end.
    func started(_ active: ActiveCommand, _ answer: Result<Conversation.Answer, SandboxFailure>) {
        guard let starting = active.starting else { return }
        active.starting = nil
        if case .success(let answer) = answer {
            active.pid = answer.pid
            active.startedAt = .now
        }
        starting.resume(returning: answer)
        if active.startedAt != nil, active.ended != nil { firstProcessEnded(active) }
    }

    // MARK: Pipes

    /// Makes the pipes, watches our ends and answers the others.
    private func pipes(of active: ActiveCommand, _ command: SessionCommand) throws(SystemError) -> [SharedDescriptor] {
        let input = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        try watch(output.readEnd, .standardOutput, active)
        try watch(errors.readEnd, .standardError, active)
        try feed(input.writeEnd, active, command)
        let standard = [input.readEnd, output.writeEnd, errors.writeEnd]
        guard let state = command.state else { return standard }
        let left = try Pipe()
        try watchState(left.readEnd, active)
        return standard + [try MemoryFile.make(state), left.writeEnd]
    }

    private func feed(
        _ pipe: SharedDescriptor, _ active: ActiveCommand, _ command: SessionCommand
    ) throws(SystemError) {
        try SystemError.check(linux_set_nonblocking(pipe.number), "set non-blocking", "standard input")
        let input = InputQueue(pipe, on: loop) { [unowned active] in active.input = nil }
        active.input = input
        try input.write(command.command.standardInput)
        if !command.keepsInputOpen { try input.close() }
    }

    private func watch(
        _ pipe: SharedDescriptor, _ stream: OutputStream, _ active: ActiveCommand
    ) throws(SystemError) {
        try SystemError.check(linux_set_nonblocking(pipe.number), "set non-blocking", "output")
        let watch = try loop.watch(pipe.number, .readable) { [unowned self] _ in
            guard read(pipe, stream, active, atMost: 4 * loop.scratch.count) else {
                return stopReading(stream, active)
            }
            if active.capture.total > active.limits.outputFlood.bytes { pause(stream, active) }
        }
        active.outputs[stream] = (pipe, watch)
    }

    private func stopReading(_ stream: OutputStream, _ active: ActiveCommand) {
        guard let output = active.outputs.removeValue(forKey: stream) else { return }
        loop.unwatch(output.watch)
        if let pause = active.pauses.removeValue(forKey: stream) { loop.cancelTimer(pause) }
    }

    /// Reads a bounded amount, so that one flood does not keep the loop from the others. False at the end.
    private func read(
        _ pipe: SharedDescriptor, _ stream: OutputStream, _ active: ActiveCommand, atMost limit: Int
    ) -> Bool {
        var rest = limit
        while rest > 0 {
            let buffer = loop.scratch
            let count = linux_read(pipe.number, buffer.baseAddress, min(rest, buffer.count))
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return true }
            guard count > 0 else { return false }
            rest -= count
            take(Array(buffer[..<count]), stream, active)
        }
        return true
    }

    private func take(_ bytes: [UInt8], _ stream: OutputStream, _ active: ActiveCommand) {
        let room = active.limits.observesEverything ? bytes.count : active.capture.headRoom
        if let observer = active.observer, room > 0 {
            let visible = bytes.prefix(room)
            observer(stream, visible.count == bytes.count ? bytes : Array(visible))
        }
        active.capture.append(stream, bytes[...])
        let isFlood = active.capture.total > active.limits.outputFlood.bytes
        if isFlood, active.limits.endsFlood, active.ended == nil { end(active, because: .output) }
    }

    /// Reads on after a while: what writes without end is slowed down to what costs nothing.
    private func pause(_ stream: OutputStream, _ active: ActiveCommand) {
        guard let output = active.outputs[stream] else { return }
        loop.unwatch(output.watch)
        active.pauses[stream] = loop.after(Self.pauseOfFlood) { [unowned self] in
            guard active.outputs[stream] != nil, !active.isGone else { return }
            do { try watch(output.pipe, stream, active) } catch { stopReading(stream, active) }
        }
    }

    private static let pauseOfFlood = Duration.milliseconds(20)

    /// Takes what a command has written until now, whoever may write on: what the kernel counts in the pipe.
    func drain(_ active: ActiveCommand) {
        for (stream, output) in active.outputs {
            let count = linux_readable_bytes(output.pipe.number)
            if count > 0, !read(output.pipe, stream, active, atMost: count) { stopReading(stream, active) }
        }
        if let state = active.state { _ = read(state) }
    }

    // MARK: State

    private func watchState(_ pipe: SharedDescriptor, _ active: ActiveCommand) throws(SystemError) {
        try SystemError.check(linux_set_nonblocking(pipe.number), "set non-blocking", "the shell's state")
        let reader = StateReader(pipe)
        reader.watch = try loop.watch(pipe.number, .readable) { [unowned self] _ in
            if !read(reader) { stopReading(reader) }
        }
        active.state = reader
    }

    /// False when nothing more is to be read.
    private func read(_ state: StateReader) -> Bool {
        while !state.isFlooded {
            let buffer = loop.scratch
            let count = linux_read(state.pipe.number, buffer.baseAddress, buffer.count)
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return true }
            guard count > 0 else { return false }
            state.take(buffer[..<count])
        }
        return false
    }

    private func stopReading(_ state: StateReader) {
        if let watch = state.watch { loop.unwatch(watch) }
        state.watch = nil
    }

    // MARK: End of it

    /// Lets go of timers and of the state; the outputs go on while somebody may write.
    func stopTimers(_ active: ActiveCommand) {
        for timer in active.timers { loop.cancelTimer(timer) }
        active.timers = []
        if let state = active.state { stopReading(state) }
    }

    func stopWatching(_ active: ActiveCommand) {
        stopTimers(active)
        active.state = nil
        for stream in active.outputs.keys { stopReading(stream, active) }
        active.input?.end()
        active.terminal?.close()
    }
}

extension CommandLimits {
    /// Output above which a command is ended or slowed down, as for a run.
    fileprivate var outputFlood: ByteCount {
        let (bytes, isTooMuch) = output.bytes.multipliedReportingOverflow(by: 16)
        return ByteCount(isTooMuch ? .max : max(bytes, 16 << 20))
    }
}
