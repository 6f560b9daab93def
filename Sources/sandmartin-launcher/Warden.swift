import CLinux

// Theory of operation
//
// A session's sandbox runs many commands at once, and each must be ended whole, with what it detached, and alone. The
// keeper makes a warden for each command: a clone of itself, never exec'd, that is the parent of the command's first
// process and the subreaper of all others (prctl(2), PR_SET_CHILD_SUBREAPER). A process that loses its parent becomes the
// warden's child, however it was detached, so "the tree of a command" is "the descendants of its warden", always.
//
// The keeper has no other children. What becomes its child nevertheless has lost its warden, and is killed. So ending a
// command is: kill its warden, then kill what comes to the keeper until nothing comes. It makes no difference who killed
// the warden: programs have the same identity and may do it too, and gain nothing but their own end. So nothing that the
// server waits for may be the warden's alone to say: the keeper answers the start, tells that a command is gone, and sends
// a stopped warden on its way.

/// The parent of one command.
enum Warden {
    /// Starts the command and stays until no process of it is left. `report` is for the keeper, which answers the server.
    static func run(_ spawn: Spawn, reporting report: Int32, channel: Channel) -> Never {
        _ = linux_set_name("warden")
        let started = linux_monotonic_microseconds()
        var main: Int32 = -1
        do throws(SetupFailure) {
            try check(linux_prctl(PR_SET_CHILD_SUBREAPER, 1, 0), STAGE_FORK)
            main = try spawn.fork(reporting: report)
        } catch {
            var nothing = StartReport()
            nothing.write(error, to: report)
        }
        // The report, and the command's own descriptors, of which an open copy would keep its reader waiting.
        _ = linux_close_range(UInt32(channel.descriptor) + 1, UInt32.max)
        wait(main: main, started: started, command: spawn.message.command, channel: channel)
    }

    private static func wait(main: Int32, started: UInt64, command: UInt32, channel: Channel) -> Never {
        while true {
            var status: Int32 = 0
            var usage = rusage()
            let pid = linux_wait4(-1, &status, 0, &usage)
            if pid == -Int(EINTR) { continue }
            // A clean exit says that nothing is left.
            guard pid > 0 else { exit(0) }
            guard pid == Int(main) else { continue }
            var ended = message_ended(pid: main, status: status, usage: usage)
            ended.command = command
            ended.wall_microseconds = linux_monotonic_microseconds() - started
            ended.others_alive = hasChildren() ? 1 : 0
            channel.send(&ended, MemoryLayout<message_ended>.size)
        }
    }

    private static func hasChildren() -> Bool {
        while true {
            let pid = linux_wait4(-1, nil, WNOHANG, nil)
            if pid > 0 || pid == -Int(EINTR) { continue }
            return pid == 0
        }
    }
}

/// A pseudo terminal of the sandbox's own devpts.
enum Terminal {
    static func open(_ rows: UInt16, _ columns: UInt16) throws(SetupFailure) -> (master: Int32, peer: Int32) {
        let master = Int32(try check(linux_open("/dev/pts/ptmx", O_RDWR | O_NOCTTY, 0), STAGE_TERMINALS))
        do throws(SetupFailure) {
            try check(linux_unlock_terminal(master), STAGE_TERMINALS)
            try check(linux_set_window_size(master, rows, columns), STAGE_TERMINALS)
            // Not by its path, where a program could have put something else.
            return (master, Int32(try check(linux_terminal_peer(master), STAGE_TERMINALS)))
        } catch {
            _ = linux_close(master)
            throw error
        }
    }
}
