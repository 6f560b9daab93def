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

    /// What programs are started with: nothing blocked, nothing ignored.
    static func restoreSignals() {
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
        linux_default_signal(SIGPIPE)
    }

    /// Collects all that have ended and reports those of the table.
    static func reap(_ children: Int32, _ processes: inout ProcessTable, report channel: Channel) {
        var drained = signalfd_siginfo()
        while linux_read(children, &drained, MemoryLayout<signalfd_siginfo>.size) > 0 {}
        var ended = message_ended()
        ended.header.kind = MESSAGE_ENDED.rawValue
        var count = 0
        while true {
            var status: Int32 = 0
            var usage = rusage()
            let pid = linux_wait4(-1, &status, WNOHANG, &usage)
            if pid == -Int(EINTR) { continue }
            guard pid > 0 else {
                if count == 1 {
                    ended.others_alive = pid == 0 ? 1 : 0
                    channel.send(&ended, MemoryLayout<message_ended>.size)
                }
                return
            }
            guard let start = processes.remove(Int32(pid)) else { continue }
            // Reported one late, so that the last report knows what is left.
            if count == 1 {
                ended.others_alive = 1
                channel.send(&ended, MemoryLayout<message_ended>.size)
            }
            count = 1
            fill(&ended, pid: Int32(pid), status: status, usage: usage)
            ended.wall_microseconds = linux_monotonic_microseconds() - start
        }
    }

    private static func fill(_ ended: inout message_ended, pid: Int32, status: Int32, usage: rusage) {
        ended.header.pid = pid
        ended.status = status
        ended.user_microseconds = microseconds(usage.ru_utime)
        ended.system_microseconds = microseconds(usage.ru_stime)
        ended.peak_resident_kilobytes = UInt64(usage.ru_maxrss)
    }

    private static func microseconds(_ time: timeval) -> UInt64 {
        UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_usec)
    }
}
