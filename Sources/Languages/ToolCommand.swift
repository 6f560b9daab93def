import Dispatch
import Glibc
import Synchronization

/// Runs a trusted tool of the host once, at start: bounded in time and output, never through a shell, and blocking.
struct ToolCommand: Sendable {
    /// The first element is an absolute path.
    let arguments: [String]
    let environment: [String: String]
    var timeout: Duration = .seconds(10)
    /// Output above this is read and dropped.
    var maximumOutput = 64 << 10

    struct Output: Sendable {
        var standardOutput: String
        var standardError: String
        /// Lines of the standard output that are not blank.
        var lines: [String] { Self.lines(of: standardOutput) }
        /// The first line that says something, wherever the tool printed it.
        var firstLine: String? { lines.first ?? Self.lines(of: standardError).first }

        private static func lines(of text: String) -> [String] {
            text.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
        }
    }

    enum Failure: Error, Hashable, CustomStringConvertible {
        case notStarted(errno: Int32)
        case timedOut(Duration)
        /// `message` is the first line of what the tool said about it.
        case failed(status: Int32, message: String)

        var description: String {
            switch self {
            case .notStarted(let errno): "cannot be started: \(String(cString: strerror(errno)))"
            case .timedOut(let duration): "did not answer within \(duration.components.seconds) seconds"
            case .failed(let status, let message): "failed with \(status): \(message)"
            }
        }
    }

    /// The tool's output; anything but exit status 0 throws.
    func run() throws(Failure) -> Output {
        let output = try Stream()
        let error = try Stream()
        let process = try start(output: output, error: error)
        output.closeWriter()
        error.closeWriter()
        let watchdog = Watchdog(process: process, timeout: timeout)
        output.read(until: watchdog.deadline, maximum: maximumOutput, along: error)
        let status = watchdog.wait()
        let result = Output(standardOutput: output.text, standardError: error.text)
        guard !watchdog.hasFired else { throw .timedOut(timeout) }
        guard status == 0 else {
            let code = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
            throw .failed(status: code, message: result.firstLine ?? "it said nothing")
        }
        return result
    }

    private func start(output: Stream, error: Stream) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writer, 1)
        posix_spawn_file_actions_adddup2(&actions, error.writer, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var process: pid_t = 0
        let result = posix_spawn(&process, arguments[0], &actions, &attributes, argv, envp)
        guard result == 0 else { throw .notStarted(errno: result) }
        return process
    }
}

/// One pipe from the tool. Its descriptors close with it.
private final class Stream {
    let reader: Int32
    private(set) var writer: Int32
    private var isOpen = true
    private var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    init() throws(ToolCommand.Failure) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .notStarted(errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        close(reader)
        closeWriter()
    }

    func closeWriter() {
        if writer >= 0 { close(writer) }
        writer = -1
    }

    /// Reads both streams until both are closed or the deadline has passed, so that neither can block the tool.
    func read(until deadline: ContinuousClock.Instant, maximum: Int, along other: Stream) {
        let streams = [self, other]
        while streams.contains(where: \.isOpen) {
            let remaining = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
            guard remaining > 0 else { return }
            var polled = streams.map { pollfd(fd: $0.isOpen ? $0.reader : -1, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, 2, Int32(remaining.rounded(.up))) >= 0 || errno == EINTR else { return }
            for (stream, state) in zip(streams, polled) where state.revents != 0 { stream.readOnce(maximum: maximum) }
        }
    }

    private func readOnce(maximum: Int) {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(reader, &chunk, chunk.count)
        guard count > 0 else {
            isOpen = count < 0 && errno == EINTR
            return
        }
        bytes += chunk[..<min(count, max(0, maximum - bytes.count))]
    }
}

/// Kills the tool's process group at the deadline, and never after the tool was reaped.
private final class Watchdog: Sendable {
    private enum State {
        case running, fired, ended
    }

    let deadline: ContinuousClock.Instant
    private let process: pid_t
    private let state = Mutex(State.running)
    var hasFired: Bool { state.withLock { $0 == .fired } }

    init(process: pid_t, timeout: Duration) {
        self.process = process
        deadline = .now + timeout
        let milliseconds = Int(timeout / .milliseconds(1))
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { self.fire() }
    }

    /// Waits for the tool's end, which the deadline makes certain; returns its wait status.
    func wait() -> Int32 {
        var information = siginfo_t()
        // The process stays a zombie until the state says so: its number cannot belong to another one yet.
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        state.withLock { if $0 == .running { $0 = .ended } }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private func fire() {
        state.withLock { state in
            guard state == .running else { return }
            state = .fired
            kill(-process, SIGKILL)
        }
    }
}

extension StringProtocol {
    fileprivate func trimmingSpaces() -> String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
