import CLinux
import Glibc

/// Copies a file step by step: holes stay holes, and blocks are shared where the file system can (copy_file_range(2)).
package struct FileCopy {
    private let source: OpenFile
    private let target: NewFile
    private var offset = 0
    private var isInKernel = true

    package init(_ source: OpenFile, to target: NewFile) {
        self.source = source
        self.target = target
    }

    /// Bytes of data that the next step may copy, at most `count`; 0: there are no more, and the size is set.
    package mutating func next(_ count: Int) throws(SystemError) -> Int {
        let size = source.status.size
        guard offset < size else { return try end() }
        let data = linux_lseek(source.descriptor.number, off_t(offset), LINUX_SEEK_DATA)
        // Nothing but a hole up to the end.
        if data == -Int(ENXIO) { return try end() }
        // EINVAL: a file system that does not know holes.
        if data != -Int(EINVAL) { offset = try SystemError.check(data, "seek in", "a file") }
        let hole = linux_lseek(source.descriptor.number, off_t(offset), LINUX_SEEK_HOLE)
        let dataEnd = hole < 0 ? size : min(hole, size)
        return dataEnd > offset ? min(count, dataEnd - offset) : try end()
    }

    /// Copies that many bytes, which `next` has allowed. False if the file has become shorter, and the copy is over.
    package mutating func copy(_ count: Int) throws(SystemError) -> Bool {
        var done = 0
        while done < count {
            let copied = try isInKernel ? copyInKernel(count - done) : copyByHand(count - done)
            guard let copied else { continue }
            guard copied > 0 else { return false }
            offset += copied
            done += copied
        }
        return true
    }

    private func end() throws(SystemError) -> Int {
        try target.truncate(to: source.status.size)
        return 0
    }

    /// Nil if the kernel cannot copy between these files.
    private mutating func copyInKernel(_ count: Int) throws(SystemError) -> Int? {
        var (from, to) = (off_t(offset), off_t(offset))
        let result = linux_copy_file_range(source.descriptor.number, &from, target.descriptor.number, &to, count)
        if [EXDEV, EINVAL, EOPNOTSUPP, ENOSYS].contains(Int32(-min(result, 0))) {
            isInKernel = false
            return nil
        }
        return try SystemError.check(result, "copy", "a file")
    }

    private func copyByHand(_ count: Int) throws(SystemError) -> Int? {
        let bytes = try source.read(at: offset, count: min(count, 1 << 20))
        try target.write(bytes[...], at: offset)
        return bytes.count
    }
}
