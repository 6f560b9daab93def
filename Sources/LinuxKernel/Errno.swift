import CLinux

/// An error number of the kernel, by its symbolic name where it has one.
package struct Errno: Hashable, Sendable, CustomStringConvertible {
    package let code: Int32

    package init(_ code: Int32) { self.code = code }

    /// From a call's result that carries a negated errno.
    package init(result: Int) { code = Int32(truncatingIfNeeded: -result) }

    package static let noEntry = Errno(ENOENT)
    package static let noSpace = Errno(ENOSPC)
    package static let noMemory = Errno(ENOMEM)

    package var description: String {
        var buffer = [UInt8](repeating: 0, count: 128)
        let result = buffer.withUnsafeMutableBytes {
            strerror_r(code, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        guard result == 0 else { return "errno \(code)" }
        return "\(String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)) (errno \(code))"
    }
}

/// A system call of ours that failed: what was tried, on what, and the kernel's answer.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    package let operation: String
    package let subject: String
    package let errno: Errno

    package init(_ operation: String, _ subject: String, _ errno: Errno) {
        self.operation = operation
        self.subject = subject
        self.errno = errno
    }

    package var description: String { "\(operation) \(subject): \(errno)" }

    /// Returns `result` unless it is a negated errno.
    @discardableResult
    package static func check(
        _ result: Int, _ operation: String, _ subject: @autoclosure () -> String
    ) throws(SystemError) -> Int {
        guard result >= 0 else { throw SystemError(operation, subject(), Errno(result: result)) }
        return result
    }
}
