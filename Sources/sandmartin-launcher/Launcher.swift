import CLinux

// Theory of operation
//
// The server starts this program before anything else and talks to it over descriptor 3. First the server describes the
// template: the read-only root that every sandbox sees. The launcher builds it in a mount namespace of its own, pivots
// into it and lets go of the host, so that from then on neither it nor anything cloned from it can name a host file.
// Then, for each MESSAGE_CREATE, it clones a keeper into new namespaces. The clone copies a dozen mounts instead of the
// host's, and the keeper has only to add what is private to one sandbox.
//
// One thread, no allocation after start, no text protocol. When the server goes away the socket ends, this process ends,
// and every keeper ends with it (PR_SET_PDEATHSIG), and with each keeper, PID 1 of its namespace, everything inside.

let serverSocket: Int32 = 3

@main
struct Launcher {
    static func main() {
        guard let memory = Memory.reserve() else { exit(1) }
        var launcher = Launcher(memory: memory)
        launcher.serve()
        exit(0)
    }

    private let memory: Memory
    private var channel: Channel
    private var template: Template
    private var networks: NetworkNamespaces
    /// The host's /proc, for the identity maps of keepers.
    private var hostProc: Int32 = -1
    /// Level landlock: where the ends of supervisors are told; -1 at the other level, where nobody waits here.
    private var children: Int32 = -1
    private var supervisors: SupervisorTable
    /// Who sandboxes are when the server is root; 0: who we are.
    private var confinedIdentity: (user: UInt32, group: UInt32) = (0, 0)
    private var phase = Phase.empty
    private var isUnprivileged = false

    private enum Phase { case empty, building, sealed }

    private init(memory: Memory) {
        self.memory = memory
        channel = Channel(descriptor: serverSocket, buffer: memory.packet)
        template = Template(arena: memory.arena, filter: memory.filter)
        networks = NetworkNamespaces(descriptors: memory.slots, counters: memory.counters)
        supervisors = SupervisorTable(memory.slots)
    }

    private mutating func serve() {
        _ = linux_set_name("launcher")
        // The terminal's signals are the server's business; descriptors that it inherited are nobody's.
        _ = linux_setsid()
        _ = linux_close_range(UInt32(serverSocket) + 1, UInt32.max)
        // Keepers are watched by pidfd; nobody waits for them here.
        linux_ignore_signal(SIGCHLD)
        linux_ignore_signal(SIGPIPE)
        while waitForPacket() {
            do throws(SetupFailure) {
                try dispatch()
            } catch {
                channel.answer(error)
            }
            channel.closeDescriptors()
        }
    }

    /// Waits for the next packet and, at the level landlock, meanwhile for the ends of supervisors.
    private mutating func waitForPacket() -> Bool {
        while children >= 0 {
            var sources =
                [
                    pollfd(fd: channel.descriptor, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: children, events: Int16(POLLIN), revents: 0),
                ] as InlineArray<2, pollfd>
            let ready = withUnsafeMutablePointer(to: &sources) {
                $0.withMemoryRebound(to: pollfd.self, capacity: 2) { linux_poll($0, 2, -1) }
            }
            guard ready >= 0 || ready == -Int(EINTR) else { return false }
            if sources[1].revents != 0 { supervisors.reap(children, scan: memory.processes) }
            if sources[0].revents != 0 { break }
        }
        return channel.receive()
    }

    private mutating func dispatch() throws(SetupFailure) {
        let kind = channel.header.kind
        switch (phase, kind) {
        case (.empty, MESSAGE_BEGIN.rawValue):
            let message = try channel.message(message_begin.self)
            if message.flags & BEGIN_CONFINED.rawValue != 0 {
                children = try Confinement.begin()
                confinedIdentity = (message.outer_user, message.outer_group)
                template.isConfined = true
            } else {
                hostProc = try RootFilesystem.begin(message)
                isUnprivileged = message.flags & BEGIN_UNPRIVILEGED.rawValue != 0
            }
            phase = .building
            channel.answer()
        case (.building, MESSAGE_OPERATION.rawValue):
            try template.take(operation: channel)
            channel.answer()
        case (.building, MESSAGE_FILTER.rawValue):
            try template.take(filter: channel)
            channel.answer()
        case (.building, MESSAGE_SEAL.rawValue):
            try template.take(landlock: channel.message(message_seal.self))
            try Seal.limitCoreDumps()
            if template.isConfined {
                try Confinement.becomeNobody(confinedIdentity.user, confinedIdentity.group)
            } else {
                try RootFilesystem.seal()
                try networks.begin()
                try Identity.keepOnlyLauncherCapabilities(mapsToRoot: isUnprivileged)
            }
            phase = .sealed
            channel.answer()
        case (.sealed, MESSAGE_CREATE.rawValue) where template.isConfined:
            try createConfined(channel.message(message_create.self))
        case (.sealed, MESSAGE_CREATE.rawValue):
            try create(channel.message(message_create.self))
        case (.sealed, MESSAGE_IDENTIFY.rawValue):
            try identify(channel.message(message_identify.self))
            channel.answer()
        default:
            throw SetupFailure(STAGE_MESSAGE, result: -Int(EPROTO))
        }
    }

    /// Clones a keeper into its namespaces and tells the server its pid and pidfd.
    private mutating func create(_ message: message_create) throws(SetupFailure) {
        let isInGroup = message.flags & CREATE_IN_CGROUP.rawValue != 0
        guard channel.descriptors.count == (isInGroup ? 2 : 1), message.slot < MESSAGE_MAXIMUM_SLOTS else {
            throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG))
        }
        let socket = channel.descriptors.values.0
        let cgroup = isInGroup ? channel.descriptors.values.1 : -1
        var mapped: (Int32, Int32) = (-1, -1)
        try check(
            withUnsafeMutablePointer(to: &mapped) {
                $0.withMemoryRebound(to: Int32.self, capacity: 2) { linux_pipe($0, 0) }
            }, STAGE_PIPE)
        defer {
            _ = linux_close(mapped.0)
            _ = linux_close(mapped.1)
        }

        try networks.enter(slot: Int(message.slot))
        var pidfd: Int32 = -1
        let flags = UInt64(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS)
        let pid = linux_clone3(flags, &pidfd, cgroup)
        if pid == 0 {
            // The child waits until its identity is mapped; an end without a byte means that the launcher gave up.
            _ = linux_close(mapped.1)
            var byte: UInt8 = 0
            guard linux_read(mapped.0, &byte, 1) == 1 else { exit(1) }
            Keeper.run(socket: socket, memory: memory, template: template)
        }
        try networks.leave()
        try check(pid, STAGE_CLONE)
        defer { _ = linux_close(pidfd) }
        do throws(SetupFailure) {
            let proc = try Identity.directory(of: Int32(pid), in: hostProc)
            defer { _ = linux_close(proc) }
            let isBlank = message.flags & CREATE_WITHOUT_IDENTITY.rawValue != 0
            if !isBlank { try Identity.map(proc, user: message.outer_user, group: message.outer_group) }
            _ = linux_write(mapped.1, "\u{1}", 1)
            channel.answer(pid: Int32(pid), descriptor: pidfd, isBlank ? proc : nil)
        } catch {
            _ = linux_pidfd_kill(pidfd, SIGKILL)
            throw error
        }
    }

    /// Forks a supervisor, which makes the keeper, and tells the server its pid and pidfd. Nobody but us waits for it, so
    /// that its number is its own.
    private mutating func createConfined(_ message: message_create) throws(SetupFailure) {
        guard channel.descriptors.count == 2, message.slot < MESSAGE_MAXIMUM_SLOTS else {
            throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG))
        }
        let (socket, account) = (channel.descriptors.values.0, channel.descriptors.values.1)
        let pid = linux_fork()
        if pid == 0 {
            // What is the launcher's alone; the descriptors of the rules stay.
            _ = linux_close(channel.descriptor)
            _ = linux_close(children)
            Supervisor.run(socket: socket, account: account, memory: memory, template: template)
        }
        try check(pid, STAGE_FORK)
        supervisors.add(Int32(pid), slot: Int(message.slot))
        let process = linux_pidfd_open(Int32(pid))
        guard process >= 0 else {
            _ = linux_kill(Int32(pid), SIGTERM)
            throw SetupFailure(STAGE_SUPERVISOR, result: process)
        }
        channel.answer(pid: Int32(pid), descriptor: Int32(process))
        _ = linux_close(Int32(process))
    }

    /// Gives a keeper that waits for its first packet the identity that it will have. Its directory in /proc is the
    /// process: of one that has ended nothing can be opened there, whatever its number became.
    private func identify(_ message: message_identify) throws(SetupFailure) {
        guard channel.descriptors.count == 1 else { throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG)) }
        try Identity.map(channel.descriptors.values.0, user: message.outer_user, group: message.outer_group)
    }
}
