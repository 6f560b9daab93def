import Glibc
import Isolation

/// A file named on the command line; `-` is standard input.
struct InputFile: Hashable, Sendable {
    let path: String
    var isStandardInput: Bool { path == "-" }
    var name: String { isStandardInput ? "standard input" : path }

    /// All its bytes, at most `maximum`.
    func bytes(maximum: ByteCount) throws(RunFailure) -> [UInt8] {
        let descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable() }
        defer { if !isStandardInput { close(descriptor) } }
        let bytes = try read(descriptor, upTo: maximum.bytes + 1)
        guard bytes.count <= maximum.bytes else { throw RunFailure("\(name) has more than \(maximum.bytes) bytes") }
        return bytes
    }

    /// All its text, which must be UTF-8 without NUL.
    func text(maximum: ByteCount) throws(RunFailure) -> String {
        let bytes = try bytes(maximum: maximum)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw RunFailure("\(name) is not UTF-8") }
        guard !bytes.contains(0) else { throw RunFailure("\(name) has a NUL byte") }
        guard !text.isEmpty else { throw RunFailure("\(name) is empty") }
        return text
    }

    /// A pipe may give less than was asked for before its end.
    private func read(_ descriptor: Int32, upTo count: Int) throws(RunFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < count {
            let length = Glibc.read(descriptor, &chunk, min(chunk.count, count - bytes.count))
            if length == 0 { break }
            if length > 0 { bytes += chunk[..<length] } else if errno != EINTR { throw unreadable() }
        }
        return bytes
    }

    /// With the reason of the last system call.
    private func unreadable() -> RunFailure {
        RunFailure("\(name) cannot be read: \(String(cString: strerror(errno)))")
    }
}
