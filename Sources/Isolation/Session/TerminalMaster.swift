import CLinux
import Glibc
import LinuxKernel

/// Both sides of a pseudo terminal of the machine's own devpts.
struct TerminalPair {
    let master: SharedDescriptor
    let peer: SharedDescriptor

    init(_ size: TerminalSize) throws(SystemError) {
        let master = try Descriptor(result: linux_open("/dev/ptmx", O_RDWR | O_NOCTTY, 0), "open", "/dev/ptmx")
        try SystemError.check(linux_unlock_terminal(master.number), "unlock", "a terminal")
        try SystemError.check(
            linux_set_window_size(master.number, size.rows, size.columns), "set the size of", "a terminal")
        peer = SharedDescriptor(
            try Descriptor(result: linux_terminal_peer(master.number), "open", "the other side of a terminal"))
        self.master = SharedDescriptor(master)
    }
}

/// The server's side of a pseudo terminal (pty(7)). It is read only on demand, so that what nobody reads waits in the
/// kernel, and the programs that write with it.
///
/// `@unchecked Sendable`: confined to its sandbox's loop.
final class TerminalMaster: @unchecked Sendable {
    let descriptor: SharedDescriptor
    let input: InputQueue
    private let loop: EventLoop
    private var watch: UInt64?
    private var reader: (key: Waiters.Key, continuation: CheckedContinuation<[UInt8]?, Never>)?
    private var isOver = false

    /// Writing has a descriptor of its own, because one can be watched only once.
    init(_ descriptor: SharedDescriptor, on loop: EventLoop) throws(SystemError) {
        self.descriptor = descriptor
        self.loop = loop
        let copy = SharedDescriptor(
            try Descriptor(result: linux_dup_above(descriptor.number, 0), "duplicate", "a terminal"))
        try SystemError.check(linux_set_nonblocking(descriptor.number), "set non-blocking", "a terminal")
        input = InputQueue(copy, on: loop, onClose: {})
    }

    func resize(_ size: TerminalSize) throws(SystemError) {
        try SystemError.check(
            linux_set_window_size(descriptor.number, size.rows, size.columns), "set the size of", "a terminal")
    }

    /// Answers what can be read, nil at the end: when no process has the terminal any more. A reader that still waits gives
    /// way: it may have been cancelled a moment ago.
    func read(_ key: Waiters.Key, _ continuation: CheckedContinuation<[UInt8]?, Never>) {
        if reader != nil { answer(nil) }
        reader = (key, continuation)
        let bytes = take()
        if bytes != nil || isOver { return answer(bytes) }
        do {
            watch = try loop.watch(descriptor.number, .readable) { [unowned self] _ in
                let bytes = take()
                if bytes != nil || isOver { answer(bytes) }
            }
        } catch {
            // It cannot be waited for: its end, as far as the reader is concerned.
            isOver = true
            answer(nil)
        }
    }

    func giveUpReading(_ key: Waiters.Key) { if reader?.key === key { answer(nil) } }

    private func answer(_ bytes: [UInt8]?) {
        if let watch { loop.unwatch(watch) }
        watch = nil
        let reader = reader
        self.reader = nil
        reader?.continuation.resume(returning: bytes)
    }

    /// EIO: the other side is closed everywhere.
    private func take() -> [UInt8]? {
        while true {
            let buffer = loop.scratch
            let count = linux_read(descriptor.number, buffer.baseAddress, buffer.count)
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return nil }
            guard count > 0 else {
                isOver = true
                return nil
            }
            return Array(buffer[..<count])
        }
    }

    /// Nothing that writes to it lives any more; what is left can still be read.
    func close() {
        isOver = true
        if reader != nil { answer(take()) }
        input.end()
    }
}
