import CLinux

/// PID 1 of one sandbox: sets it up, seals itself in with the same walls as the programs, then starts, reaps and reports.
///
/// A clone of the launcher, never exec'd. It has the programs' identity, no capability, and cannot be signalled or traced
/// by them: the kernel protects PID 1 of a namespace from its own namespace (pid_namespaces(7)), it is not dumpable
/// (ptrace(2)), and the seccomp program refuses what could change its priority or limits.
struct Keeper {
    /// Never returns: it is called between clone and the end of the process.
    /// `supervisor` is the socket to it, at the level landlock.
    static func run(socket: Int32, memory: Memory, template: Template, supervisor: Int32 = -1) -> Never {
        // It may wait for a session for long before it prepares anything.
        guard linux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0) >= 0 else { exit(1) }
        var keeper = Keeper(socket: socket, memory: memory, template: template)
        keeper.supervisor = supervisor
        keeper.serve()
        exit(0)
    }

    private var channel: Channel
    private let template: Template
    private let memory: Memory
    private var processes = ProcessTable()
    private var commands = CommandTable()
    /// What programs see as /proc/meminfo; -1 at the level landlock, where they see the machine's.
    private var meminfo: Int32 = -1
    private var supervisor: Int32 = -1
    private var workspace: Int32 = -1
    private var children: Int32 = -1
    private var isReady = false

    private init(socket: Int32, memory: Memory, template: Template) {
        channel = Channel(descriptor: socket, buffer: memory.packet)
        self.memory = memory
        self.template = template
    }

    private mutating func serve() {
        while isReady ? waitForPacket() : channel.receive() {
            do throws(SetupFailure) {
                try dispatch()
            } catch {
                channel.answer(error)
                // A sandbox that is not whole is of no use: without its PID 1 nothing of it remains.
                if !isReady { return }
            }
            channel.closeDescriptors()
        }
    }

    private mutating func dispatch() throws(SetupFailure) {
        switch (isReady, channel.header.kind) {
        case (false, MESSAGE_PREPARE.rawValue):
            try prepare(channel.message(message_prepare.self))
            isReady = true
            try answerPrepared()
        case (true, MESSAGE_FILE.rawValue):
            // Answered only by what is thrown: who writes files does not wait for them.
            try WorkspaceWriter(directory: workspace).write(channel)
        case (true, MESSAGE_RUN.rawValue):
            let pid = try Spawn(channel, meminfo: meminfo).start()
            processes.add(pid)
            channel.answer(pid: pid)
        case (true, MESSAGE_SIGNAL.rawValue):
            try signal(channel.message(message_signal.self))
            channel.answer()
        case (true, MESSAGE_COMMAND.rawValue):
            try start(Spawn(channel, meminfo: meminfo))
        case (true, MESSAGE_KILL.rawValue):
            let warden = try warden(channel.message(message_kill.self))
            try check(kill(warden, SIGKILL), STAGE_SIGNAL)
            channel.answer()
        case (true, MESSAGE_INSPECT.rawValue):
            try inspect(warden(channel.message(message_kill.self)))
        default:
            throw SetupFailure(STAGE_MESSAGE, result: -Int(EPROTO))
        }
    }

    /// Carries the workspace and, if that is a mount, a place of the scratch file system, which tells how full it is.
    private func answerPrepared() throws(SetupFailure) {
        let message = try channel.message(message_prepare.self)
        guard message.flags & PREPARE_WORKSPACE.rawValue != 0 else { return channel.answer(descriptor: workspace) }
        let scratch = Int32(try check(linux_open("/tmp", LINUX_O_PATH | O_DIRECTORY, 0), STAGE_WORKSPACE))
        channel.answer(descriptor: workspace, scratch)
        _ = linux_close(scratch)
    }

    // MARK: Commands

    /// Leaves a command to a warden. The answer comes when its program runs or cannot, from here.
    private mutating func start(_ spawn: Spawn) throws(SetupFailure) {
        guard !commands.isFull else { throw SetupFailure(STAGE_FORK, result: -Int(EAGAIN)) }
        try spawn.tellMemory()
        // Not to be waited for: a process that is to become the program can be stopped by others of its session.
        let pipe = try StartReport.makePipe(O_NONBLOCK)
        defer { _ = linux_close(pipe.write) }
        var terminal: (master: Int32, peer: Int32) = (-1, -1)
        do throws(SetupFailure) {
            if spawn.isOnTerminal, !spawn.hasTerminal {
                terminal = try Terminal.open(spawn.message.rows, spawn.message.columns)
            }
        } catch {
            _ = linux_close(pipe.read)
            throw error
        }
        defer { if terminal.peer >= 0 { _ = linux_close(terminal.peer) } }
        let start = PendingStart(question: channel.header, report: pipe.read, terminal: terminal.master)
        let pid = linux_fork()
        if pid == 0 {
            let spawn = terminal.peer >= 0 ? spawn.on(terminal: terminal.peer) : spawn
            Warden.run(spawn, reporting: pipe.write, channel: channel)
        }
        guard pid > 0 else {
            start.close()
            throw SetupFailure(STAGE_FORK, result: pid)
        }
        commands.add(spawn.message.command, warden: Int32(pid), start: start)
    }

    /// A living child of ours, which we alone wait for: its number cannot be another's.
    private func warden(_ message: message_kill) throws(SetupFailure) -> Int32 {
        guard let warden = commands.warden(of: message.command) else {
            throw SetupFailure(STAGE_SIGNAL, result: -Int(ESRCH))
        }
        return warden
    }

    /// To a process or group, or to every process of a command that is seen now.
    private func signal(_ message: message_signal) throws(SetupFailure) {
        guard message.command != 0 else {
            return _ = try check(kill(message.target, message.signal), STAGE_SIGNAL)
        }
        guard let warden = commands.warden(of: message.command) else {
            throw SetupFailure(STAGE_SIGNAL, result: -Int(ESRCH))
        }
        try scan().forEachAlive { process in
            if process.top == warden, process.pid != warden { _ = kill(process.pid, message.signal) }
        }
    }

    private func kill(_ target: Int32, _ signal: Int32) -> Int { SupervisorLink.kill(supervisor, target, signal) }

    private func scan() throws(SetupFailure) -> ProcessScan {
        try ProcessScan(memory: memory.processes, source: processSource)
    }

    private var processSource: ProcessScan.Source { supervisor < 0 ? .proc : .supervisor(link: supervisor) }

    private func inspect(_ warden: Int32) throws(SetupFailure) {
        let scan = try scan()
        var inspection = message_inspection()
        inspection.header = channel.header
        inspection.header.stage = STAGE_NONE.rawValue
        scan.forEachAlive { process in
            guard process.top == warden else { return }
            if process.pid != warden { inspection.processes += 1 }
            // USER_HZ is 100 on every architecture that we know.
            inspection.cpu_microseconds += process.ticks * 10_000
            if process.pid != warden { inspection.resident_bytes += process.residentPages * UInt64(getpagesize()) }
        }
        channel.send(&inspection, MemoryLayout<message_inspection>.size)
    }

    // MARK: Set-up

    /// The order matters: each step needs what a later one takes away.
    private mutating func prepare(_ message: message_prepare) throws(SetupFailure) {
        _ = linux_set_name("keeper")
        guard message.flags & PREPARE_CONFINED.rawValue == 0 else { return try prepareConfined(message) }
        try Identity.assume()
        // Changing identity clears the death signal (prctl(2)).
        try check(linux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0), STAGE_IDENTITY)
        // Only now that this process is in its group does a cgroup namespace begin there.
        try check(linux_unshare(CLONE_NEWCGROUP), STAGE_CGROUP_NAMESPACE)
        try check(linux_sethostname("sandbox", 7), STAGE_HOSTNAME)
        if message.processors != 0 { try check(linux_set_affinity(message.processors), STAGE_AFFINITY) }
        let hasMount = message.flags & PREPARE_WORKSPACE.rawValue != 0
        guard channel.descriptors.count == (hasMount ? 1 : 0) else {
            throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG))
        }
        workspace = try RootFilesystem.makePrivate(
            message, workspace: hasMount ? channel.descriptors.values.0 : nil, template: template, meminfo: &meminfo)
        // Before its number can be one of those below.
        channel.closeDescriptors()
        children = try Reaping.begin()
        meminfo = try keepOnlyOwnDescriptors(and: meminfo)
        try Seal.seal(template)
    }

    /// At the level landlock there is nothing to build: the walls are closed, and the supervisor gets the listener.
    private mutating func prepareConfined(_ message: message_prepare) throws(SetupFailure) {
        guard supervisor >= 0, channel.descriptors.count == 2 else {
            throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG))
        }
        try check(linux_prctl(PR_SET_CHILD_SUBREAPER, 1, 0), STAGE_SUPERVISOR)
        // Programs give way to the supervisor, which has to look at them in time.
        try check(linux_make_nice(4), STAGE_SUPERVISOR)
        if message.processors != 0 { try check(linux_set_affinity(message.processors), STAGE_AFFINITY) }
        children = try Reaping.begin()
        let (work, temporary) = (channel.descriptors.values.0, channel.descriptors.values.1)
        let listener = try Confinement.seal(template, workspace: work, temporary: temporary)
        try SupervisorLink.give(supervisor, listener: listener, workspace: work, temporary: temporary)
        _ = linux_close(listener)
        workspace = work
        supervisor = try keepOnlyOwnDescriptors(and: supervisor)
        // They were closed with the rest.
        channel.descriptors.count = 0
    }

    /// Moves the four descriptors that are needed to 3…6, standard ones to /dev/null, and closes everything else. Returns
    /// where the given one is then.
    private mutating func keepOnlyOwnDescriptors(and other: Int32) throws(SetupFailure) -> Int32 {
        let needed: InlineArray<4, Int32> = [channel.descriptor, workspace, other, children]
        let null = Int32(try check(linux_open("/dev/null", O_RDWR, 0), STAGE_DESCRIPTORS))
        // First out of the way, above all that can be in use as a target.
        var moved: InlineArray<4, Int32> = [0, 0, 0, 0]
        for index in needed.indices {
            moved[index] = Int32(try check(linux_dup_above(needed[index], 64), STAGE_DESCRIPTORS))
        }
        for target in Int32(0)...2 { try check(linux_dup2(null, target), STAGE_DESCRIPTORS) }
        for index in moved.indices {
            try check(linux_dup3(moved[index], Int32(3 + index), O_CLOEXEC), STAGE_DESCRIPTORS)
        }
        try check(linux_close_range(7, UInt32.max), STAGE_DESCRIPTORS)
        channel = Channel(moving: channel, to: 3)
        workspace = 4
        children = 6
        return 5
    }

    /// Waits for a packet and reports, meanwhile, each program that ends. False when the server is gone.
    private mutating func waitForPacket() -> Bool {
        while true {
            var sources = InlineArray<82, pollfd>(repeating: pollfd(fd: -1, events: 0, revents: 0))
            sources[0] = pollfd(fd: channel.descriptor, events: Int16(POLLIN), revents: 0)
            sources[1] = pollfd(fd: children, events: Int16(POLLIN), revents: 0)
            var count = 2
            if commands.hasStarts {
                // Without events only their end is told: the number that they carry first is no reason to wake up.
                for index in 0..<CommandTable.capacity { sources[2 + index].fd = commands.report(at: index) }
                count += CommandTable.capacity
            }
            // What a scan missed sends no signal when it dies elsewhere.
            let timeout: Int32 = commands.hasBroken ? 10 : -1
            let ready = withUnsafeMutablePointer(to: &sources) {
                $0.withMemoryRebound(to: pollfd.self, capacity: count) { linux_poll($0, UInt(count), timeout) }
            }
            if ready == -Int(EINTR) { continue }
            guard ready >= 0 else { return false }
            for index in 2..<count where sources[index].revents != 0 {
                commands.takeStart(at: index - 2)?.answer(on: channel)
            }
            if sources[1].revents != 0 {
                Reaping.reap(children, &processes, &commands, supervisor: supervisor, report: channel)
            }
            if commands.hasBroken {
                do throws(SetupFailure) {
                    try Reaping.clear(&commands, scan(), supervisor: supervisor, report: channel)
                } catch {
                    // The programs may have left no memory to look; those that are killed give some back.
                    if error.error == ENOMEM { continue }
                    // Without a look at its processes a sandbox cannot keep its word: it ends.
                    return false
                }
            }
            if sources[0].revents != 0 { return channel.receive() }
        }
    }
}
