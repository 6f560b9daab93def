import CLinux

// Theory of operation
//
// The supervisor stands outside of one sandbox of the level landlock, as the parent of its keeper and the subreaper of all
// that comes from it: "the sandbox" is "the descendants of the supervisor", always, and wait4(2) says without a race when
// there is none left (ECHILD).
//
// Nothing in the sandbox forks without its answer (seccomp_unotify(2)). So it knows how many there are without looking,
// refuses what would be one too many, and, while it kills, answers nobody: the tree that it kills cannot grow, however
// many processes it has and however little of the processor is left for the supervisor.
//
// It looks at memory and processor time every few milliseconds while programs run, the more often the nearer the limit,
// and spends at most a twentieth of a processor on that. While none runs it does so once a second.

/// The process that counts, answers for and ends one sandbox.
struct Supervisor {
    /// Starts the keeper and stays until nothing of the sandbox is left. Never returns.
    static func run(socket: Int32, account: Int32, memory: Memory, template: Template) -> Never {
        do throws(SetupFailure) {
            var supervisor = try Supervisor(socket: socket, account: account, memory: memory, template: template)
            _ = linux_close(socket)
            supervisor.serve()
        } catch {
            // The server hears of it by the end of the socket.
            exit(1)
        }
        exit(0)
    }

    private let signals: Int32
    let keeper: Int32
    /// To the keeper.
    private let link: Int32
    private(set) var listener: Int32 = -1
    /// Where the sandbox may write: each path with its length.
    private(set) var places: SandboxPlaces
    var account: Account
    private(set) var tree: TreeScan
    /// In memory that the keeper reads, and changed only while it waits for that.
    private var shown: TreeScan
    private var isEnding = false
    /// When to look next, in microseconds of the monotonic clock; nil until a program is started.
    private var nextLook: UInt64?
    /// Looks that found no program, one after the other.
    private var vainLooks: UInt64 = 0
    /// When to count again at the earliest.
    private var nextCount: UInt64 = 0
    private var unlinked: UnlinkedFiles
    /// When to look for files without a name: not in the first moment of a program, and not often.
    private var nextFiles: UInt64 = 0

    private static let fileInterval: UInt64 = 100_000

    private init(socket: Int32, account file: Int32, memory: Memory, template: Template) throws(SetupFailure) {
        _ = linux_set_name("supervisor")
        // The launcher's end is a reason to end what is here, not to leave it behind.
        try check(linux_prctl(PR_SET_PDEATHSIG, UInt(SIGTERM), 0), STAGE_SUPERVISOR)
        try check(linux_prctl(PR_SET_CHILD_SUBREAPER, 1, 0), STAGE_SUPERVISOR)
        try check(linux_setsid(), STAGE_SUPERVISOR)
        var memory = memory
        guard let shared = linux_reserve_shared(ProcessScan.memorySize) else {
            throw SetupFailure(STAGE_SUPERVISOR, result: -Int(ENOMEM))
        }
        memory.processes = shared
        signals = try Self.watchSignals()
        var ends: (Int32, Int32) = (-1, -1)
        try check(
            withUnsafeMutablePointer(to: &ends) {
                $0.withMemoryRebound(to: Int32.self, capacity: 2) { linux_seqpacket_pair($0) }
            }, STAGE_SUPERVISOR)
        let pid = linux_fork()
        if pid == 0 {
            _ = linux_close(ends.0)
            Keeper.run(socket: socket, memory: memory, template: template, supervisor: ends.1)
        }
        keeper = Int32(try check(pid, STAGE_FORK))
        _ = linux_close(ends.1)
        link = ends.0
        // Not before the keeper is there, which has no business in it.
        guard let words = linux_map_shared(file, Int(ACCOUNT_SIZE)) else {
            throw SetupFailure(STAGE_SUPERVISOR, result: -Int(ENOMEM))
        }
        _ = linux_close(file)
        account = try Account(words)
        shown = TreeScan(memory: shared)
        guard let own = linux_reserve(ProcessScan.memorySize) else {
            throw SetupFailure(STAGE_SUPERVISOR, result: -Int(ENOMEM))
        }
        tree = TreeScan(memory: own)
        places = try SandboxPlaces()
        unlinked = try UnlinkedFiles()
    }

    private static func watchSignals() throws(SetupFailure) -> Int32 {
        linux_default_signal(SIGTERM)
        linux_default_signal(SIGCHLD)
        var wanted = sigset_t()
        sigemptyset(&wanted)
        sigaddset(&wanted, SIGTERM)
        sigaddset(&wanted, SIGCHLD)
        sigprocmask(SIG_SETMASK, &wanted, nil)
        return Int32(try check(linux_signalfd(&wanted), STAGE_SUPERVISOR))
    }

    // MARK: The loop

    private mutating func serve() {
        while !isEnding {
            var sources =
                [
                    pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: link, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                ] as InlineArray<3, pollfd>
            let ready = withUnsafeMutablePointer(to: &sources) {
                $0.withMemoryRebound(to: pollfd.self, capacity: 3) { linux_poll($0, 3, timeout()) }
            }
            guard ready >= 0 || ready == -Int(EINTR) else { break }
            if sources[0].revents != 0 { takeSignals() }
            if isEnding { break }
            if sources[1].revents != 0 { answerKeeper() }
            if sources[2].revents != 0 { takeCalls() }
            if let nextLook, linux_monotonic_microseconds() >= nextLook { look() }
        }
        endAll()
    }

    private func timeout() -> Int32 {
        guard let nextLook else { return -1 }
        let now = linux_monotonic_microseconds()
        return nextLook <= now ? 0 : Int32(truncatingIfNeeded: (nextLook - now + 999) / 1000)
    }

    private mutating func takeSignals() {
        var signal = signalfd_siginfo()
        while linux_read(signals, &signal, MemoryLayout<signalfd_siginfo>.size) > 0 {
            if signal.ssi_signo == UInt32(SIGTERM) { isEnding = true }
        }
        while true {
            let pid = linux_wait4(-1, nil, WNOHANG, nil)
            if pid == -Int(EINTR) { continue }
            guard pid > 0 else { return }
            if pid == Int(keeper) { isEnding = true }
        }
    }

    /// The keeper says once what it was sealed with; later it asks what processes there are, and has signals sent, for which
    /// it would otherwise wait behind everything that programs ask for.
    private mutating func answerKeeper() {
        var descriptors = linux_descriptors()
        var question = SupervisorLink.Question()
        let size = linux_receive(
            link, &question, MemoryLayout<SupervisorLink.Question>.size, &descriptors, Int32(MSG_DONTWAIT))
        if size == -Int(EAGAIN) || size == -Int(EINTR) { return }
        // Gone, or it says what it cannot say: its end comes by its signal.
        guard size == MemoryLayout<SupervisorLink.Question>.size else { return isEnding = true }
        var answer: Int32 = 0
        if descriptors.count == 3, listener < 0 {
            listener = descriptors.values.0
            // Kernels that cannot do it are slower and no worse.
            _ = linux_take_turns(listener)
            guard places.learn(descriptors.values.1, descriptors.values.2) else { return isEnding = true }
            _ = linux_close(descriptors.values.1)
            _ = linux_close(descriptors.values.2)
        } else if question.target != 0 {
            answer = Int32(truncatingIfNeeded: linux_kill(question.target, question.signal))
        } else {
            shown.findAll(below: keeper)
            shown.sort()
            answer = Int32(shown.count)
        }
        _ = linux_send(link, &answer, MemoryLayout<Int32>.size, nil, 0, nil, Int32(MSG_DONTWAIT))
    }

    /// Takes calls until none waits, but not for ever.
    private mutating func takeCalls() {
        for _ in 0..<16 {
            guard CallDecision.decide(one: &self) else { return }
            var source = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard linux_poll(&source, 1, 0) > 0, source.revents & Int16(POLLIN) != 0 else { return }
        }
    }

    // MARK: Looking

    /// A program was started, or will be in this moment.
    mutating func lookSoon() {
        guard nextLook == nil || vainLooks > 0 else { return }
        let now = linux_monotonic_microseconds()
        vainLooks = 0
        nextLook = now + 2000
        nextFiles = now + Self.fileInterval
    }

    /// Counts anew, because there may be fewer than were allowed to be. What is known to be full is not counted again for a
    /// moment: a tree at its limit may ask for more as fast as it can.
    mutating func countAgain() {
        let now = linux_monotonic_microseconds()
        guard now >= nextCount || !account.wasFull else { return }
        findAll()
        let end = linux_monotonic_microseconds()
        nextCount = end + max(2000, (end - now) * 4)
    }

    mutating func findAll() {
        tree.findAll(below: keeper)
        account.count(tree)
    }

    private mutating func look() {
        let began = linux_monotonic_microseconds()
        // What it costs is what it takes of a processor: while others have that, the next look must not wait longer.
        let used = linux_processor_microseconds()
        findAll()
        account.measure(tree, keeper: keeper)
        if account.isOverMemory { endForMemory() }
        if began >= nextFiles || tree.count == 0 { lookForFiles() }
        let spent = linux_processor_microseconds() - used
        let now = linux_monotonic_microseconds()
        if tree.count > 0 {
            vainLooks = 0
            nextLook = now + max(account.interval, min(spent * 20, 100_000))
        } else {
            // What was allowed to fork may not have come to it yet, however long ago that is: so it never ends to look, but
            // less and less often.
            vainLooks += 1
            nextLook = now + min(2000 << min(vainLooks, 9), 1_000_000)
        }
    }

    private mutating func lookForFiles() {
        let used = linux_processor_microseconds()
        unlinked.measure(tree, in: places)
        account.note(unlinked)
        let spent = linux_processor_microseconds() - used
        nextFiles = linux_monotonic_microseconds() + max(Self.fileInterval, spent * 20)
    }

    /// All programs, or the one that has most, as the account says; the keeper tells the server of those that it started.
    private mutating func endForMemory() {
        account.noteMemoryKill()
        if account.endsTogether {
            for index in 0..<tree.count { _ = linux_kill(tree[index].pid, SIGKILL) }
        } else if account.largest > 1 {
            _ = linux_kill(account.largest, SIGKILL)
        }
    }

    // MARK: The end

    /// Kills and waits until nothing is left. Who wants to fork meanwhile waits for an answer that never comes.
    private mutating func endAll() {
        while true {
            tree.findAll(below: getpid())
            for index in 0..<tree.count { _ = linux_kill(tree[index].pid, SIGKILL) }
            while true {
                let pid = linux_wait4(-1, nil, WNOHANG, nil)
                if pid == -Int(ECHILD) { return }
                guard pid > 0 || pid == -Int(EINTR) else { break }
            }
            var source = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
            _ = linux_poll(&source, 1, 2)
            var signal = signalfd_siginfo()
            while linux_read(signals, &signal, MemoryLayout<signalfd_siginfo>.size) > 0 {}
        }
    }
}

/// The keeper's side of the socket to its supervisor.
enum SupervisorLink {
    /// A signal to a process or group or, with target 0, what processes there are.
    struct Question {
        var target: Int32 = 0
        var signal: Int32 = 0
    }

    /// Hands the listener and the sandbox's directories over.
    static func give(_ link: Int32, listener: Int32, workspace: Int32, temporary: Int32) throws(SetupFailure) {
        var descriptors = linux_descriptors()
        descriptors.count = 3
        descriptors.values.0 = listener
        descriptors.values.1 = workspace
        descriptors.values.2 = temporary
        _ = try ask(link, Question(), &descriptors)
    }

    /// Has the processes written to the common memory; returns their number.
    static func scan(_ link: Int32) throws(SetupFailure) -> Int {
        var none = linux_descriptors()
        return try check(ask(link, Question(), &none), STAGE_SUPERVISOR)
    }

    /// kill(2) by the supervisor; `target` is not 0 and not -1. Without a supervisor it is done here.
    static func kill(_ link: Int32, _ target: Int32, _ signal: Int32) -> Int {
        guard link >= 0 else { return linux_kill(target, signal) }
        var none = linux_descriptors()
        do throws(SetupFailure) {
            return try ask(link, Question(target: target, signal: signal), &none)
        } catch {
            return -Int(error.error)
        }
    }

    private static func ask(
        _ link: Int32, _ question: Question, _ descriptors: inout linux_descriptors
    ) throws(SetupFailure) -> Int {
        var question = question
        while true {
            let sent = linux_send(link, &question, MemoryLayout<Question>.size, nil, 0, &descriptors, 0)
            if sent == -Int(EINTR) { continue }
            // Too many descriptors of this user are on their way: another sandbox's doing, and soon over.
            if sent == -Int(ETOOMANYREFS) || sent == -Int(ENOBUFS) {
                _ = linux_poll(nil, 0, 5)
                continue
            }
            try check(sent, STAGE_SUPERVISOR)
            break
        }
        var answer: Int32 = 0
        while true {
            let size = linux_read(link, &answer, MemoryLayout<Int32>.size)
            if size == -Int(EINTR) { continue }
            guard size == MemoryLayout<Int32>.size else { throw SetupFailure(STAGE_SUPERVISOR, result: -Int(EPIPE)) }
            return Int(answer)
        }
    }
}
