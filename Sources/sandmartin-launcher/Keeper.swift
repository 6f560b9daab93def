import CLinux

/// PID 1 of one sandbox: sets it up, seals itself in with the same walls as the programs, then starts, reaps and reports.
///
/// A clone of the launcher, never exec'd. It has the programs' identity, no capability, and cannot be signalled or traced
/// by them: the kernel protects PID 1 of a namespace from its own namespace (pid_namespaces(7)), it is not dumpable
/// (ptrace(2)), and the seccomp program refuses what could change its priority or limits.
struct Keeper {
    /// Never returns: it is called between clone and the end of the process.
    static func run(socket: Int32, buffer: UnsafeMutableRawPointer, template: Template) -> Never {
        var keeper = Keeper(socket: socket, buffer: buffer, template: template)
        keeper.serve()
        exit(0)
    }

    private var channel: Channel
    private let template: Template
    private var processes = ProcessTable()
    private var meminfo: Int32 = -1
    private var workspace: Int32 = -1
    private var children: Int32 = -1
    private var isReady = false

    private init(socket: Int32, buffer: UnsafeMutableRawPointer, template: Template) {
        channel = Channel(descriptor: socket, buffer: buffer)
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
            channel.answer(descriptor: workspace)
        case (true, MESSAGE_FILE.rawValue):
            try WorkspaceWriter(directory: workspace).write(channel)
            channel.answer()
        case (true, MESSAGE_RUN.rawValue):
            let pid = try Spawn(channel, meminfo: meminfo).start()
            processes.add(pid)
            channel.answer(pid: pid)
        case (true, MESSAGE_SIGNAL.rawValue):
            let message = try channel.message(message_signal.self)
            try check(linux_kill(message.target, message.signal), STAGE_SIGNAL)
            channel.answer()
        default:
            throw SetupFailure(STAGE_MESSAGE, result: -Int(EPROTO))
        }
    }

    /// The order matters: each step needs what a later one takes away.
    private mutating func prepare(_ message: message_prepare) throws(SetupFailure) {
        try check(linux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0), STAGE_IDENTITY)
        _ = linux_set_name("keeper")
        try Identity.assume()
        // Changing identity clears the death signal (prctl(2)).
        try check(linux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0), STAGE_IDENTITY)
        // Only now that this process is in its group does a cgroup namespace begin there.
        try check(linux_unshare(CLONE_NEWCGROUP), STAGE_CGROUP_NAMESPACE)
        try check(linux_sethostname("sandbox", 7), STAGE_HOSTNAME)
        if message.processors != 0 { try check(linux_set_affinity(message.processors), STAGE_AFFINITY) }
        workspace = try RootFilesystem.makePrivate(message, template: template, meminfo: &meminfo)
        children = try Reaping.begin()
        try keepOnlyOwnDescriptors()
        try Seal.seal(template)
    }

    /// Moves the four descriptors that are needed to 3…6, standard ones to /dev/null, and closes everything else.
    private mutating func keepOnlyOwnDescriptors() throws(SetupFailure) {
        let needed: InlineArray<4, Int32> = [channel.descriptor, workspace, meminfo, children]
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
        meminfo = 5
        children = 6
    }

    /// Waits for a packet and reports, meanwhile, each program that ends. False when the server is gone.
    private mutating func waitForPacket() -> Bool {
        while true {
            var sources: (pollfd, pollfd) = (
                pollfd(fd: channel.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: children, events: Int16(POLLIN), revents: 0)
            )
            let ready = withUnsafeMutablePointer(to: &sources) {
                $0.withMemoryRebound(to: pollfd.self, capacity: 2) { linux_poll($0, 2, -1) }
            }
            if ready == -Int(EINTR) { continue }
            guard ready > 0 else { return false }
            if sources.1.revents != 0 { Reaping.reap(children, &processes, report: channel) }
            if sources.0.revents != 0 { return channel.receive() }
        }
    }
}
