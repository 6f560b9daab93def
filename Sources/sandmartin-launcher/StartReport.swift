import CLinux

/// How far a program's start has come, through a pipe: the process that is to become it writes its number and, if it
/// cannot become it, why. The pipe closes at exec, which tells the rest.
struct StartReport {
    /// 0: it never had a process.
    let pid: Int32
    private var stage = STAGE_NONE.rawValue
    private var error: Int32 = 0

    init(pid: Int32 = 0) { self.pid = pid }

    /// Both ends close at exec.
    static func makePipe(_ flags: Int32 = 0) throws(SetupFailure) -> (read: Int32, write: Int32) {
        var ends: (read: Int32, write: Int32) = (-1, -1)
        try check(
            withUnsafeMutablePointer(to: &ends) {
                $0.withMemoryRebound(to: Int32.self, capacity: 2) { linux_pipe($0, flags) }
            }, STAGE_PIPE)
        return ends
    }

    /// What stands in the pipe up to its end: nothing, a number, or a number and then a failure.
    static func read(_ pipe: Int32) -> StartReport {
        var last = StartReport()
        while true {
            var next = StartReport()
            let size = linux_read(pipe, &next, MemoryLayout<StartReport>.size)
            if size == -Int(EINTR) { continue }
            guard size == MemoryLayout<StartReport>.size else { return last }
            last = next
        }
    }

    mutating func write(_ failure: SetupFailure? = nil, to pipe: Int32) {
        if let failure {
            stage = failure.stage.rawValue
            error = failure.error
        }
        while linux_write(pipe, &self, MemoryLayout<StartReport>.size) == -Int(EINTR) {}
    }

    var failure: SetupFailure? {
        stage == STAGE_NONE.rawValue ? nil : SetupFailure(setup_stage(stage), result: -Int(error))
    }
}

/// A command of which the keeper has yet to say whether its program runs.
///
/// The keeper says it and not the warden, which the program may kill or stop in its first moment.
struct PendingStart {
    let question: message_header
    /// The reading end of its report.
    let report: Int32
    /// The master of its terminal, which the answer carries; -1 without one.
    let terminal: Int32

    /// Answers; to be called when nobody can write to the report any more.
    func answer(on channel: Channel) {
        let report = StartReport.read(report)
        let carriesTerminal = report.failure == nil && terminal >= 0
        channel.answer(
            report.failure, to: question, pid: report.pid, descriptor: carriesTerminal ? terminal : nil)
        close()
    }

    func close() {
        _ = linux_close(report)
        if terminal >= 0 { _ = linux_close(terminal) }
    }
}
