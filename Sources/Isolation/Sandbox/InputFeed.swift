import CLinux
import LinuxKernel

/// Standard input that is written as fast as the program reads it.
///
/// `@unchecked Sendable`: confined to its sandbox's loop.
final class InputFeed: @unchecked Sendable {
    private let pipe: SharedDescriptor
    private var rest: ArraySlice<UInt8>

    init(_ pipe: SharedDescriptor, _ bytes: [UInt8]) {
        self.pipe = pipe
        rest = bytes[...]
    }

    var descriptor: Int32 { pipe.number }

    /// Writes what fits. True when there is nothing left to do: all is written, or nobody reads any more.
    func write() -> Bool {
        while !rest.isEmpty {
            let result = rest.withUnsafeBytes { linux_write(pipe.number, $0.baseAddress, $0.count) }
            if result == -Int(EINTR) { continue }
            if result == -Int(EAGAIN) { return false }
            guard result > 0 else { return true }
            rest = rest.dropFirst(result)
        }
        return true
    }
}

/// A file without a name, for contents too long for a packet.
enum MemoryFile {
    static func make(_ contents: [UInt8]) throws(SystemError) -> SharedDescriptor {
        let file = try Descriptor(result: linux_memfd("workspace file"), "memfd_create", "")
        var offset = 0
        while offset < contents.count {
            let result = contents.withUnsafeBytes {
                linux_write(file.number, $0.baseAddress! + offset, contents.count - offset)
            }
            if result == -Int(EINTR) { continue }
            offset += try SystemError.check(result, "write", "memory file")
        }
        return SharedDescriptor(file)
    }
}
