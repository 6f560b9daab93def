package import CLinux

/// The server's end of a packet socket to the launcher or a keeper, on an event loop.
///
/// Packets that do not fit the kernel's buffer wait here, so that sending never blocks and never fails half-way.
/// `@unchecked Sendable`: everything mutable is touched only on the loop's thread.
package final class PacketSocket: @unchecked Sendable {
    /// A packet that arrived, with the descriptors it carried.
    package struct Packet {
        package let bytes: UnsafeRawBufferPointer
        package let descriptors: [SharedDescriptor]
    }

    private struct Pending {
        let bytes: [UInt8]
        let descriptors: [SharedDescriptor]
    }

    private enum State {
        /// Packets wait for `start`.
        case new
        case open(watch: UInt64, onPacket: (Packet) -> Void, onEnd: () -> Void)
        case closed
    }

    /// What is to be done about a packet after an attempt to send it.
    private enum Attempt {
        case sent
        /// The kernel's buffer is full.
        case full
        /// The kernel has no memory, or too many descriptors are on their way; nothing tells when that is over.
        case starved
        /// The partner is gone, which reading tells after everything that it sent.
        case withoutReceiver
        case failed
    }

    /// sendmsg(2), or what a test puts in its place: the bytes sent, or the negated errno.
    package typealias Transmission = @Sendable (_ socket: Int32, _ bytes: [UInt8], inout linux_descriptors) -> Int

    private let descriptor: SharedDescriptor
    private let loop: EventLoop
    private let transmission: Transmission
    private let buffer: UnsafeMutableRawBufferPointer
    private var state = State.new
    private var pending: [Pending] = []
    private var isWaitingForRoom = false
    private var retry: UInt64?

    /// Between two attempts when the kernel is short of something.
    private static let pause = Duration.milliseconds(10)

    package init(
        _ descriptor: consuming Descriptor, on loop: EventLoop,
        transmission: @escaping Transmission = { linux_send($0, $1, $1.count, nil, 0, &$2, Int32(MSG_DONTWAIT)) }
    ) {
        self.descriptor = SharedDescriptor(descriptor)
        self.loop = loop
        self.transmission = transmission
        buffer = .allocate(byteCount: 512, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Begins to send and to deliver. `onEnd` comes once, when the other side is gone or cannot be spoken to any more;
    /// `close` makes sure neither comes again.
    package func start(onPacket: @escaping (Packet) -> Void, onEnd: @escaping () -> Void) throws(SystemError) {
        let watch = try loop.watch(descriptor.number, .readable) { [unowned self] events in
            if events.contains(.writable) { flush() }
            if events != .writable { receive() }
        }
        state = .open(watch: watch, onPacket: onPacket, onEnd: onEnd)
        flush()
    }

    /// Sends one packet: a message, then its variable part. The descriptors stay open until they are sent.
    ///
    /// A packet is never lost while the conversation goes on: what cannot be sent now waits, and what can never be sent
    /// ends the conversation with `onEnd`, not before this call has returned. After the end packets are dropped.
    package func send(_ bytes: [UInt8], descriptors: [SharedDescriptor] = []) {
        if case .closed = state { return }
        pending.append(Pending(bytes: bytes, descriptors: descriptors))
        if pending.count == 1 { flush() }
    }

    package func close() {
        if case .open(let watch, _, _) = state { loop.unwatch(watch) }
        if let retry { loop.cancelTimer(retry) }
        state = .closed
        retry = nil
        pending = []
    }

    // MARK: Sending

    /// Sends what waits, as far as it goes.
    private func flush() {
        guard case .open = state, retry == nil else { return }
        while let first = pending.first {
            switch transmit(first) {
            case .sent, .withoutReceiver: pending.removeFirst()
            case .full: return waitForRoom(true)
            case .starved:
                waitForRoom(false)
                return attempt(after: Self.pause) { $0.flush() }
            case .failed: return attempt(after: .zero) { $0.end() }
            }
        }
        waitForRoom(false)
    }

    private func transmit(_ packet: Pending) -> Attempt {
        var carried = linux_descriptors()
        carried.count = Int32(packet.descriptors.count)
        withUnsafeMutableBytes(of: &carried.values) { values in
            for (index, descriptor) in packet.descriptors.enumerated() {
                values.storeBytes(of: descriptor.number, toByteOffset: index * 4, as: Int32.self)
            }
        }
        while true {
            let result = transmission(descriptor.number, packet.bytes, &carried)
            guard result < 0 else { return .sent }
            switch Int32(-result) {
            case EINTR: continue
            case EAGAIN: return .full
            case ENOBUFS, ENOMEM, ETOOMANYREFS: return .starved
            case EPIPE, ECONNRESET: return .withoutReceiver
            default: return .failed
            }
        }
    }

    private func waitForRoom(_ isNeeded: Bool) {
        guard case .open(let watch, _, _) = state, isWaitingForRoom != isNeeded else { return }
        do {
            try loop.rewatch(watch, isNeeded ? [.readable, .writable] : .readable)
            isWaitingForRoom = isNeeded
        } catch {
            attempt(after: .zero) { $0.end() }
        }
    }

    /// In a turn of its own: whoever sends does not expect to be called back meanwhile.
    private func attempt(after pause: Duration, _ action: @escaping (PacketSocket) -> Void) {
        guard retry == nil else { return }
        retry = loop.after(pause) { [unowned self] in
            retry = nil
            action(self)
        }
    }

    /// Ends the conversation from the other side's point of view.
    private func end() {
        guard case .open(_, _, let onEnd) = state else { return }
        close()
        onEnd()
    }

    // MARK: Receiving

    private func receive() {
        while case .open(_, let onPacket, _) = state {
            var carried = linux_descriptors()
            let result = linux_receive(
                descriptor.number, buffer.baseAddress, buffer.count, &carried, Int32(MSG_DONTWAIT))
            if result == -Int(EAGAIN) { return }
            if result == -Int(EINTR) { continue }
            guard result > 0 else { return end() }
            let numbers = withUnsafeBytes(of: carried.values) { Array($0.bindMemory(to: Int32.self)) }
            let descriptors = numbers.prefix(Int(carried.count)).map { SharedDescriptor(Descriptor(owning: $0)) }
            onPacket(
                Packet(
                    bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<result]),
                    descriptors: descriptors))
        }
    }
}
