import CLinux

/// One program to start, as MESSAGE_RUN or MESSAGE_COMMAND describes it.
struct Spawn {
    let message: message_run
    private let limits: UnsafeMutablePointer<CChar>
    private let strings: UnsafeMutablePointer<CChar>
    private let memoryText: UnsafeMutablePointer<CChar>
    private var standard: (Int32, Int32, Int32) = (-1, -1, -1)
    private var state: (input: Int32, output: Int32) = (-1, -1)
    private var controlsTerminal = false
    private let meminfo: Int32

    init(_ channel: Channel, meminfo: Int32) throws(SetupFailure) {
        message = try channel.message(message_run.self)
        guard message.limit_count <= 32,
            message.argument_count + message.environment_count <= MESSAGE_MAXIMUM_COUNT, message.argument_count > 0
        else { throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG)) }
        let limitsSize = Int(message.limit_count) * MemoryLayout<message_limit>.stride
        let stringsSize = Int(message.strings_size)
        limits = try channel.tail(after: message_run.self, offset: 0, count: limitsSize)
        strings = try channel.text(after: message_run.self, offset: limitsSize, count: stringsSize)
        memoryText = try channel.tail(
            after: message_run.self, offset: limitsSize + stringsSize, count: Int(message.meminfo_size))
        self.meminfo = meminfo
        let received = channel.descriptors.values
        switch (channel.header.kind, channel.descriptors.count) {
        case (MESSAGE_RUN.rawValue, 3),
            (MESSAGE_COMMAND.rawValue, 3) where !isOnTerminal:
            standard = (received.0, received.1, received.2)
        case (MESSAGE_COMMAND.rawValue, 5) where !isOnTerminal:
            standard = (received.0, received.1, received.2)
            state = (received.3, received.4)
        case (MESSAGE_COMMAND.rawValue, 1) where isOnTerminal:
            state.input = received.0
            guard !hasTerminal else { throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG)) }
        case (MESSAGE_COMMAND.rawValue, 2) where isOnTerminal && hasTerminal:
            state.input = received.0
            standard = (received.1, received.1, received.1)
            controlsTerminal = true
        default: throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG))
        }
    }

    /// Whether it is to be started by `on(terminal:)`.
    var isOnTerminal: Bool { message.flags & COMMAND_TERMINAL.rawValue != 0 }

    /// Whether the packet has brought its terminal.
    var hasTerminal: Bool { message.flags & COMMAND_GIVEN_TERMINAL.rawValue != 0 }

    /// The same with its standard descriptors on a terminal, which will be the controlling one of its session.
    func on(terminal: Int32) -> Spawn {
        var spawn = self
        spawn.standard = (terminal, terminal, terminal)
        spawn.controlsTerminal = true
        return spawn
    }

    /// Starts the program and returns its pid once exec has succeeded; throws with the stage that failed otherwise.
    func start() throws(SetupFailure) -> Int32 {
        try tellMemory()
        let pipe = try StartReport.makePipe()
        defer { _ = linux_close(pipe.read) }
        let pid: Int32
        do throws(SetupFailure) {
            pid = try fork(reporting: pipe.write)
        } catch {
            _ = linux_close(pipe.write)
            throw error
        }
        _ = linux_close(pipe.write)
        // The failed child is reaped with the others.
        if let failure = StartReport.read(pipe.read).failure { throw failure }
        return pid
    }

    /// Writes what programs find in /proc/meminfo.
    func tellMemory() throws(SetupFailure) {
        guard meminfo >= 0 else { return }
        try check(linux_pwrite(meminfo, memoryText, Int(message.meminfo_size), 0), STAGE_WRITE)
        try check(linux_ftruncate(meminfo, Int(message.meminfo_size)), STAGE_WRITE)
    }

    /// Makes the process that becomes the program, and does not wait for that: `report` tells (``StartReport``).
    func fork(reporting report: Int32) throws(SetupFailure) -> Int32 {
        let pid = linux_fork()
        if pid == 0 { becomeProgram(reporting: report) }
        return Int32(try check(pid, STAGE_FORK))
    }

    private func becomeProgram(reporting pipe: Int32) -> Never {
        var report = StartReport(pid: getpid())
        report.write(to: pipe)
        // In place of the keeper's socket: what comes to the programs' descriptors can be reported from now on.
        let moved = Int32(linux_dup3(pipe, 3, O_CLOEXEC))
        do throws(SetupFailure) {
            try check(Int(moved), STAGE_DESCRIPTORS)
            try execute()
        } catch {
            report.write(error, to: moved < 0 ? pipe : 3)
        }
        exit(127)
    }

    private func execute() throws(SetupFailure) {
        let memory = MESSAGE_MAXIMUM_COUNT + 2
        // Where no namespace ends with its first process, a program ends with the one that started it.
        if meminfo < 0 { try check(linux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0), STAGE_DESCRIPTORS) }
        try check(linux_setsid(), STAGE_DESCRIPTORS)
        if controlsTerminal { try check(linux_control_terminal(standard.0), STAGE_TERMINALS) }
        // Received descriptors are above 6, because the keeper's own are open, and below 64.
        try check(linux_dup2(standard.0, 0), STAGE_DESCRIPTORS)
        try check(linux_dup2(standard.1, 1), STAGE_DESCRIPTORS)
        try check(linux_dup2(standard.2, 2), STAGE_DESCRIPTORS)
        try keepShellState()
        _ = umask(0o022)
        Reaping.restoreSignals()
        try applyLimits()
        try withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<CChar>?.self, capacity: Int(memory)) {
            pointers throws(SetupFailure) in
            var cursor = StringCursor(strings, size: Int(message.strings_size))
            let path = try cursor.next()
            try check(linux_chdir(cursor.next()), STAGE_WORKING_DIRECTORY)
            let environment = Int(message.argument_count) + 1
            for index in 0..<Int(message.argument_count) { pointers[index] = try cursor.next() }
            pointers[environment - 1] = nil
            for index in 0..<Int(message.environment_count) { pointers[environment + index] = try cursor.next() }
            pointers[environment + Int(message.environment_count)] = nil
            let base = pointers.baseAddress!
            try check(linux_execve(path, base, base + environment), STAGE_EXECUTE)
        }
    }

    /// Moves the descriptors of the shell's state to their numbers and closes everything else above 3.
    private func keepShellState() throws(SetupFailure) {
        var first: UInt32 = 4
        if state.input >= 0 {
            try check(linux_dup2(state.input, SHELL_STATE_INPUT), STAGE_DESCRIPTORS)
            if state.output >= 0 { try check(linux_dup2(state.output, SHELL_STATE_OUTPUT), STAGE_DESCRIPTORS) }
            try check(linux_close_range(first, UInt32(SHELL_STATE_INPUT) - 1), STAGE_DESCRIPTORS)
            first = UInt32(state.output >= 0 ? SHELL_STATE_OUTPUT : SHELL_STATE_INPUT) + 1
        }
        try check(linux_close_range(first, UInt32.max), STAGE_DESCRIPTORS)
    }

    private func applyLimits() throws(SetupFailure) {
        let start = UnsafeRawPointer(limits)
        for index in 0..<Int(message.limit_count) {
            let limit = start.loadUnaligned(
                fromByteOffset: index * MemoryLayout<message_limit>.stride, as: message_limit.self)
            try check(linux_prlimit(limit.resource, limit.soft, limit.hard), STAGE_LIMITS)
        }
    }
}

/// Walks over strings that stand one after the other, each with its NUL.
struct StringCursor {
    private var position: UnsafeMutablePointer<CChar>
    private let end: UnsafeMutablePointer<CChar>

    init(_ start: UnsafeMutablePointer<CChar>, size: Int) {
        position = start
        end = start + size
    }

    /// The last byte is known to be a NUL, so that the search ends inside.
    mutating func next() throws(SetupFailure) -> UnsafeMutablePointer<CChar> {
        guard position < end else { throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG)) }
        let text = position
        position += strlen(position) + 1
        return text
    }
}
