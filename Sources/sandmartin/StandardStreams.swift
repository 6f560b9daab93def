import Dispatch
import Glibc
import Isolation

/// Our own standard output and standard error, written byte for byte and in order, never on the cooperative pool.
struct StandardStreams: ProgramOutput {
    private let queue = DispatchQueue(label: "standard-streams")

    /// Returns when the bytes are written; false when nobody reads them any more.
    func write(_ bytes: [UInt8], to stream: OutputStream) async -> Bool {
        let descriptor = stream == .standardOutput ? STDOUT_FILENO : STDERR_FILENO
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Self.write(bytes, to: descriptor)) }
        }
    }

    /// One line on standard error, at once.
    static func say(_ line: String) {
        _ = write(Array("\(line)\n".utf8), to: STDERR_FILENO)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
