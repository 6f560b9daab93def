import CLinux

/// The processes that MESSAGE_RUN started and that have not ended; orphans that PID 1 inherits are not among them.
struct ProcessTable {
    private var pids = InlineArray<256, Int32>(repeating: 0)
    /// When each was started, in microseconds of the monotonic clock.
    private var starts = InlineArray<256, UInt64>(repeating: 0)

    /// A full table only means that this process's end is not reported; sandboxes run far fewer at once.
    mutating func add(_ pid: Int32) {
        for index in pids.indices where pids[index] == 0 {
            pids[index] = pid
            starts[index] = linux_monotonic_microseconds()
            return
        }
    }

    /// When the process was started; nil for one that is not in the table.
    mutating func remove(_ pid: Int32) -> UInt64? {
        for index in pids.indices where pids[index] == pid {
            pids[index] = 0
            return starts[index]
        }
        return nil
    }
}

/// Waiting for children, of which PID 1 has all that lost their parent.
enum Reaping {
    /// Returns a descriptor that is readable when children have ended.
    static func begin() throws(SetupFailure) -> Int32 {
        linux_default_signal(SIGCHLD)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGCHLD)
        sigprocmask(SIG_BLOCK, &signals, nil)
        return Int32(try check(linux_signalfd(&signals), STAGE_DESCRIPTORS))
    }

    /// What programs are started with: nothing blocked, nothing ignored, whatever the server was started with. A shell that
    /// starts one in the background has it ignore SIGINT, and Control-C would do nothing in any terminal.
    static func restoreSignals() {
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
        for number in 1...SIGSYS { linux_default_signal(number) }
    }

    /// Collects all that have ended and reports those of the tables. A warden that was stopped goes on.
    static func reap(
        _ children: Int32, _ processes: inout ProcessTable, _ commands: inout CommandTable,
        supervisor: Int32, report channel: Channel
    ) {
        var drained = signalfd_siginfo()
        while linux_read(children, &drained, MemoryLayout<signalfd_siginfo>.size) > 0 {}
        var ended = message_ended()
        var count = 0
        while true {
            var status: Int32 = 0
            var usage = rusage()
            let pid = linux_wait4(-1, &status, WNOHANG | WUNTRACED, &usage)
            if pid == -Int(EINTR) { continue }
            if pid > 0, linux_stopped(status) != 0 {
                if commands.isWarden(Int32(pid)) { _ = SupervisorLink.kill(supervisor, Int32(pid), SIGCONT) }
                continue
            }
            guard pid > 0 else {
                if count == 1 {
                    ended.others_alive = pid == 0 ? 1 : 0
                    channel.send(&ended, MemoryLayout<message_ended>.size)
                }
                return
            }
            if let command = commands.ended(Int32(pid), cleanly: status == 0) { channel.reportGone(command) }
            guard let start = processes.remove(Int32(pid)) else { continue }
            // Reported one late, so that the last report knows what is left.
            if count == 1 {
                ended.others_alive = 1
                channel.send(&ended, MemoryLayout<message_ended>.size)
            }
            count = 1
            ended = message_ended(pid: Int32(pid), status: status, usage: usage)
            ended.wall_microseconds = linux_monotonic_microseconds() - start
        }
    }

    /// Kills what belongs to no living warden, and reports the commands of killed wardens once there is no such process.
    ///
    /// Called after each death while there are such commands: what dies leaves its children to process 1. A number
    /// names another process between scan and signal only if all numbers of the namespace were used up in that time.
    static func clear(
        _ commands: inout CommandTable, _ scan: ProcessScan, supervisor: Int32, report channel: Channel
    ) {
        var isClear = !scan.isBlurred
        scan.forEachAlive { process in
            guard process.top != -1, !commands.isWarden(process.top) else { return }
            isClear = false
            _ = SupervisorLink.kill(supervisor, process.pid, SIGKILL)
        }
        while isClear, let command = commands.takeBroken() { channel.reportGone(command) }
    }
}

extension Channel {
    /// Says that nothing of a command is left, and before that what became of its start, if that is still to be said.
    func reportGone(_ command: GoneCommand) {
        command.start?.answer(on: self)
        var gone = message_gone()
        gone.header.kind = MESSAGE_GONE.rawValue
        gone.command = command.number
        send(&gone, MemoryLayout<message_gone>.size)
    }
}

extension message_ended {
    /// How a process ended and what it used, for the report of it.
    init(pid: Int32, status: Int32, usage: rusage) {
        self.init()
        header.kind = MESSAGE_ENDED.rawValue
        header.pid = pid
        self.status = status
        user_microseconds = Self.microseconds(usage.ru_utime)
        system_microseconds = Self.microseconds(usage.ru_stime)
        peak_resident_kilobytes = UInt64(usage.ru_maxrss)
    }

    private static func microseconds(_ time: timeval) -> UInt64 {
        UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_usec)
    }
}
