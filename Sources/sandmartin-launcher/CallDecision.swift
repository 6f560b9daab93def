import CLinux

// What a program asks for arrives here as a number of a call and its six arguments, with the thread that waits
// (seccomp_unotify(2)). Arguments in registers are what they are, and a call whose registers are right may go on. What a
// pointer leads to can change at any time: so a path is read once, and then not the program but we act, on a descriptor
// that was checked.

/// Decides about calls of one sandbox.
struct CallDecision {
    /// Takes the call that waits longest and answers it. False if there is none.
    static func decide(one supervisor: inout Supervisor) -> Bool {
        var notification = linux_notification()
        let result = linux_take_notification(supervisor.listener, &notification)
        // ENOENT: the caller has died meanwhile.
        guard result >= 0 else { return result == -Int(ENOENT) || result == -Int(EINTR) }
        let decision = CallDecision(notification.call)
        switch decision.verdict(&supervisor) {
        case .goOn: _ = linux_continue_call(supervisor.listener, decision.call.id)
        case .done: _ = linux_answer_call(supervisor.listener, decision.call.id, 0)
        case .refuse(let error): _ = linux_answer_call(supervisor.listener, decision.call.id, -error)
        }
        return true
    }

    private enum Verdict {
        case goOn
        /// It was done here.
        case done
        case refuse(Int32)
    }

    let call: seccomp_notif
    private var caller: Int32 { Int32(bitPattern: call.pid) }

    private init(_ call: seccomp_notif) { self.call = call }

    private func number(_ index: Int) -> Int32 { Int32(truncatingIfNeeded: argument(index)) }

    private func argument(_ index: Int) -> UInt64 {
        let all = call.data.args
        return switch index {
        case 0: all.0
        case 1: all.1
        case 2: all.2
        default: all.3
        }
    }

    private func verdict(_ supervisor: inout Supervisor) -> Verdict {
        switch linux_supervised_call(call.data.nr) {
        case CALL_FORK: fork(&supervisor)
        case CALL_KILL: kill(&supervisor)
        case CALL_THREAD_KILL, CALL_GROUP_THREAD_KILL, CALL_FIRST_IS_PROCESS: goOn(number(0), supervisor)
        case CALL_SECOND_IS_PROCESS: goOn(number(1), supervisor)
        case CALL_CHANGE_MODE: changeMode(supervisor, from: AT_FDCWD, path: argument(0), mode: argument(1), flags: 0)
        case CALL_CHANGE_MODE_AT:
            changeMode(
                supervisor, from: number(0), path: argument(1), mode: argument(2),
                flags: linux_has_flags(call.data.nr) != 0 ? number(3) : 0)
        case CALL_CHANGE_TIMES_AT: changeTimes(supervisor)
        default: .refuse(ENOSYS)
        }
    }

    // MARK: Processes

    private func fork(_ supervisor: inout Supervisor) -> Verdict {
        if !supervisor.account.hasRoom { supervisor.countAgain() }
        guard supervisor.account.hasRoom else {
            supervisor.account.noteRefusal()
            return .refuse(EAGAIN)
        }
        supervisor.account.noteFork()
        supervisor.lookSoon()
        return .goOn
    }

    /// About one process or thread by its number: the sandbox's own go on; the keeper may not be touched by anybody; for
    /// a program nobody else is there.
    private func goOn(_ pid: Int32, _ supervisor: Supervisor) -> Verdict {
        if pid == caller { return .goOn }
        if pid == supervisor.keeper { return .refuse(EPERM) }
        return supervisor.isInside(pid) ? .goOn : .refuse(ESRCH)
    }

    private func kill(_ supervisor: inout Supervisor) -> Verdict {
        let target = number(0)
        if target > 0 { return goOn(target, supervisor) }
        // Its own group, which is within its own session, which began in the sandbox.
        if target == 0 { return .goOn }
        supervisor.findAll()
        if target == -1 { return killAll(supervisor) }
        // The group of supervisor, keeper and wardens.
        if -target == getpid() { return .refuse(ESRCH) }
        for index in 0..<supervisor.tree.count where supervisor.tree[index].group == -target {
            return .goOn
        }
        return .refuse(ESRCH)
    }

    /// kill(2) with -1 would take the keeper along, and whoever else has our user id: so it is done here.
    private func killAll(_ supervisor: Supervisor) -> Verdict {
        let own = supervisor.processOf(thread: caller)
        var isAny = false
        for index in 0..<supervisor.tree.count where supervisor.tree[index].pid != own {
            if linux_kill(supervisor.tree[index].pid, number(1)) >= 0 { isAny = true }
        }
        return isAny ? .done : .refuse(ESRCH)
    }

    // MARK: Files

    private func changeMode(
        _ supervisor: Supervisor, from directory: Int32, path: UInt64, mode: UInt64, flags: Int32
    ) -> Verdict {
        guard flags & ~AT_SYMLINK_NOFOLLOW == 0 else { return .refuse(EINVAL) }
        return act(supervisor, from: directory, path: path, follows: flags == 0) { place in
            linux_chmod(place, UInt32(truncatingIfNeeded: mode) & 0o1777)
        }
    }

    private func changeTimes(_ supervisor: Supervisor) -> Verdict {
        let flags = number(3)
        guard flags & ~AT_SYMLINK_NOFOLLOW == 0 else { return .refuse(EINVAL) }
        var times = (timespec(), timespec())
        let isNow = argument(2) == 0
        if !isNow {
            let size = MemoryLayout<(timespec, timespec)>.size
            guard read(&times, size, at: argument(2)) == size else { return .refuse(EFAULT) }
        }
        return act(supervisor, from: number(0), path: argument(1), follows: flags == 0) { place in
            withUnsafeMutablePointer(to: &times) {
                $0.withMemoryRebound(to: timespec.self, capacity: 2) { linux_change_times(place, isNow ? nil : $0) }
            }
        }
    }

    /// Opens what the caller names, without rights to it, and acts on that if it lies in the sandbox's own folders.
    private func act(
        _ supervisor: Supervisor, from directory: Int32, path: UInt64, follows: Bool,
        _ action: (UnsafePointer<CChar>) -> Int
    ) -> Verdict {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { bytes in
            let size = read(bytes.baseAddress!, bytes.count, at: path)
            let name = bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
            guard size > 0, memchr(name, 0, size) != nil else { return .refuse(size > 0 ? ENAMETOOLONG : EFAULT) }
            let start =
                directory == AT_FDCWD
                ? ProcessFile.open(caller, "/cwd", LINUX_O_PATH | O_DIRECTORY)
                : ProcessFile.open(caller, "/fd/", directory, "", LINUX_O_PATH)
            guard start >= 0 else { return .refuse(directory == AT_FDCWD ? EACCES : EBADF) }
            defer { _ = linux_close(start) }
            // Everything above is about the caller only if it is still the one that asked.
            guard linux_notification_is_valid(supervisor.listener, call.id) >= 0 else { return .refuse(ESRCH) }
            let flags = LINUX_O_PATH | (follows ? 0 : O_NOFOLLOW)
            // In /proc "self" would be us.
            let found = Int32(
                truncatingIfNeeded: linux_openat2(start, name, flags, 0, UInt64(LINUX_RESOLVE_NO_MAGICLINKS)))
            guard found >= 0 else { return .refuse(-found) }
            defer { _ = linux_close(found) }
            guard supervisor.places.contain(found) else { return .refuse(EPERM) }
            let result = SandboxPlaces.withName(of: found) { action($0) }
            return result < 0 ? .refuse(Int32(truncatingIfNeeded: -result)) : .done
        }
    }

    /// Reads the caller's memory.
    private func read(_ bytes: UnsafeMutableRawPointer, _ size: Int, at address: UInt64) -> Int {
        let file = ProcessFile.open(caller, "/mem", O_RDONLY)
        guard file >= 0, address <= UInt64(Int.max) else { return -1 }
        defer { _ = linux_close(file) }
        // Up to the end of what is mapped: the kernel reads page by page and tells how far it came.
        return linux_pread(file, bytes, size, off_t(address))
    }
}

extension Supervisor {
    /// Whether a process or thread is the sandbox's: from it the way up by parents leads here.
    func isInside(_ pid: Int32) -> Bool {
        guard pid > 1 else { return false }
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { bytes in
            let text = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
            var current = pid
            // Deeper trees than there can be processes are none.
            for _ in 0..<ProcessScan.capacity {
                if current == keeper { return true }
                guard current > 1, current != getpid() else { return false }
                var entry = ProcessScan.Entry(pid: current)
                ProcessFile.read(&entry, text)
                current = entry.parent
            }
            return false
        }
    }

    /// The process that a thread belongs to.
    func processOf(thread: Int32) -> Int32 {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { bytes in
            let text = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
            let file = ProcessFile.open(thread, "/status", O_RDONLY)
            guard file >= 0 else { return thread }
            defer { _ = linux_close(file) }
            let size = max(0, linux_read(file, text, bytes.count))
            return Int32(truncatingIfNeeded: ProcessFile.field("Tgid:", in: text, size: size))
        }
    }
}

/// The folders in which a sandbox's own files are, by their paths, which nobody can change but the server.
struct SandboxPlaces {
    private static let size = 4096
    private let memory: UnsafeMutablePointer<CChar>
    private var lengths: (Int, Int) = (0, 0)

    init() throws(SetupFailure) {
        guard let memory = linux_reserve(3 * Self.size) else {
            throw SetupFailure(STAGE_SUPERVISOR, result: -Int(ENOMEM))
        }
        self.memory = memory.assumingMemoryBound(to: CChar.self)
    }

    mutating func learn(_ workspace: Int32, _ temporary: Int32) -> Bool {
        lengths.0 = Self.path(of: workspace, memory)
        lengths.1 = Self.path(of: temporary, memory + Self.size)
        return lengths.0 > 1 && lengths.1 > 1
    }

    /// Whether what is open is one of the folders or lies below one.
    func contain(_ descriptor: Int32) -> Bool {
        let path = memory + 2 * Self.size
        return contain(path: path, length: Self.path(of: descriptor, path))
    }

    func contain(path: UnsafePointer<UInt8>, length: Int) -> Bool {
        path.withMemoryRebound(to: CChar.self, capacity: length) { contain(path: $0, length: length) }
    }

    private func contain(path: UnsafePointer<CChar>, length: Int) -> Bool {
        Self.isBelow(path, length, memory, lengths.0) || Self.isBelow(path, length, memory + Self.size, lengths.1)
    }

    private static func isBelow(
        _ path: UnsafePointer<CChar>, _ length: Int, _ place: UnsafePointer<CChar>, _ placeLength: Int
    ) -> Bool {
        guard placeLength > 1, length >= placeLength, memcmp(path, place, placeLength) == 0 else { return false }
        return length == placeLength || path[placeLength] == 0x2F
    }

    /// The length of the path that is written; 0 if there is none that fits.
    private static func path(of descriptor: Int32, _ buffer: UnsafeMutablePointer<CChar>) -> Int {
        let length = withName(of: descriptor) { linux_readlinkat(AT_FDCWD, $0, buffer, size) }
        return length > 0 && length < size ? length : 0
    }

    /// The name by which this process reaches what it has open.
    static func withName(of descriptor: Int32, _ body: (UnsafePointer<CChar>) -> Int) -> Int {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes in
            var path = TextBuffer(bytes)
            path.append("/proc/self/fd/")
            path.append(UInt64(descriptor))
            return body(path.terminated())
        }
    }
}
