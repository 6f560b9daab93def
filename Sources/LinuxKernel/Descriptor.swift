import CLinux

/// A file descriptor that is owned by one place and closed with it.
package struct Descriptor: ~Copyable, Sendable {
    package let number: Int32

    /// Takes ownership.
    package init(owning number: Int32) { self.number = number }

    /// Takes ownership of a call's result; a negated errno throws.
    package init(result: Int, _ operation: String, _ subject: @autoclosure () -> String) throws(SystemError) {
        self.init(owning: Int32(try SystemError.check(result, operation, subject())))
    }

    /// Gives ownership up to the caller.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    deinit { _ = linux_close(number) }
}

/// A descriptor with several owners: closed when the last reference goes.
package final class SharedDescriptor: Sendable {
    package let number: Int32

    package init(_ descriptor: consuming Descriptor) { number = descriptor.release() }

    deinit { _ = linux_close(number) }
}
