import CLinux
import Glibc

/// A process by descriptor: it names the same process for ever, and becomes readable when that process has ended.
package struct Pidfd: Sendable {
    package let descriptor: SharedDescriptor

    package init(_ descriptor: SharedDescriptor) { self.descriptor = descriptor }

    /// Whether the process has ended. Of one that was waited for too.
    package var hasEnded: Bool {
        var poll = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        var result = -Int(EINTR)
        while result == -Int(EINTR) { result = linux_poll(&poll, 1, 0) }
        return result > 0
    }

    /// Sends SIGKILL; a process that has ended is not an error.
    package func kill() throws(SystemError) { try signal(SIGKILL) }

    /// Sends SIGTERM, for processes that end more than themselves; one that has ended is not an error.
    package func terminate() throws(SystemError) { try signal(SIGTERM) }

    private func signal(_ number: Int32) throws(SystemError) {
        let result = linux_pidfd_kill(descriptor.number, number)
        if result != -Int(ESRCH) { try SystemError.check(result, "pidfd_send_signal", "\(number)") }
    }
}
