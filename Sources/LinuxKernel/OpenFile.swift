import CLinux
import Glibc

/// A regular file with one name, open for reading: checked by its descriptor, not by its path.
package struct OpenFile: Sendable {
    package let descriptor: SharedDescriptor
    package let status: FileStatus

    init(_ descriptor: SharedDescriptor, _ name: [UInt8]) throws(SystemError) {
        self.descriptor = descriptor
        var found = stat()
        try SystemError.check(linux_fstat(descriptor.number, &found), "stat", name.shownPath)
        status = FileStatus(found)
        try Self.check(status, name)
    }

    static func check(_ status: FileStatus, _ name: [UInt8]) throws(SystemError) {
        switch status.kind {
        case .file where status.names == 1: break
        case .file: throw SystemError("open", name.shownPath, Errno(EMLINK))
        case .directory: throw SystemError("open", name.shownPath, Errno(EISDIR))
        case .link: throw SystemError("open", name.shownPath, Errno(ELOOP))
        case .fifo, .socket, .device: throw SystemError("open", name.shownPath, Errno(ENXIO))
        }
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
    package func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var failure = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let result = linux_pread(
                    descriptor.number, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
                if result == -Int(EINTR) { continue }
                failure = min(result, 0)
                guard result > 0 else { break }
                filled += result
            }
        }
        try SystemError.check(failure, "read", "a file")
        return bytes
    }

    /// What is there now, which others may have changed since it was opened.
    package func currentStatus() throws(SystemError) -> FileStatus {
        var found = stat()
        try SystemError.check(linux_fstat(descriptor.number, &found), "stat", "a file")
        return FileStatus(found)
    }
}
