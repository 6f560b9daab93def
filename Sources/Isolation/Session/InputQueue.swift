import CLinux
import LinuxKernel

/// Writes to a pipe or a terminal as fast as the other side reads, in order; each writer waits until its bytes are taken.
///
/// `@unchecked Sendable`: confined to its sandbox's loop.
final class InputQueue: @unchecked Sendable {
    private let descriptor: SharedDescriptor
    private let loop: EventLoop
    private var pending: [(bytes: ArraySlice<UInt8>, done: CheckedContinuation<Void, Never>?)] = []
    private var watch: UInt64?
    private var isClosing = false
    private var isOver = false
    private let onClose: () -> Void

    /// `descriptor` is non-blocking. `onClose` is called when nothing more will be written: it is to be let go of then.
    init(_ descriptor: SharedDescriptor, on loop: EventLoop, onClose: @escaping () -> Void) {
        self.descriptor = descriptor
        self.loop = loop
        self.onClose = onClose
    }

    /// `done` is resumed when the bytes are written, or will never be.
    func write(_ bytes: [UInt8], done: CheckedContinuation<Void, Never>? = nil) throws(SystemError) {
        guard !isClosing, !bytes.isEmpty else { return done?.resume() ?? () }
        pending.append((bytes[...], done))
        if watch == nil { try advance() }
    }

    /// Closes after what is waiting.
    func close() throws(SystemError) {
        isClosing = true
        if pending.isEmpty { end() }
    }

    /// Gives up what is waiting.
    func end() {
        guard !isOver else { return }
        isOver = true
        isClosing = true
        if let watch { loop.unwatch(watch) }
        watch = nil
        let waiting = pending
        pending = []
        for entry in waiting { entry.done?.resume() }
        onClose()
    }

    private func advance() throws(SystemError) {
        while let first = pending.first {
            let result = first.bytes.withUnsafeBytes { linux_write(descriptor.number, $0.baseAddress, $0.count) }
            if result == -Int(EINTR) { continue }
            if result == -Int(EAGAIN) { return try wait() }
            // Nobody reads any more, which is not the writer's fault.
            guard result > 0 else { return end() }
            pending[0].bytes = first.bytes.dropFirst(result)
            if pending[0].bytes.isEmpty { pending.removeFirst().done?.resume() }
        }
        if let watch { loop.unwatch(watch) }
        watch = nil
        if isClosing { end() }
    }

    private func wait() throws(SystemError) {
        guard watch == nil else { return }
        watch = try loop.watch(descriptor.number, .writable) { [unowned self] _ in
            do { try advance() } catch { end() }
        }
    }
}
