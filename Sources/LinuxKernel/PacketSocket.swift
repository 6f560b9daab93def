import CLinux
import Synchronization

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

    private let descriptor: SharedDescriptor
    private let loop: EventLoop
    private let buffer: UnsafeMutableRawBufferPointer
    private var watch: UInt64?
    private var writeWatch: UInt64?
    private var writeDescriptor: Int32 = -1
    private var pending: [Pending] = []
    private var onPacket: ((Packet) -> Void)?
    private var onEnd: (() -> Void)?

    package init(_ descriptor: consuming Descriptor, on loop: EventLoop) {
        self.descriptor = SharedDescriptor(descriptor)
        self.loop = loop
        buffer = .allocate(byteCount: 512, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Begins to deliver. `onEnd` comes once, when the other side is gone; `close` makes sure neither comes again.
    package func start(onPacket: @escaping (Packet) -> Void, onEnd: @escaping () -> Void) throws(SystemError) {
        self.onPacket = onPacket
        self.onEnd = onEnd
        watch = try loop.watch(descriptor.number, [.readable]) { [unowned self] _ in receive() }
    }

    /// Sends one packet: a message, then its variable part. The descriptors stay open until they are sent.
    package func send(_ bytes: [UInt8], descriptors: [SharedDescriptor] = []) {
        if pending.isEmpty, transmit(bytes, descriptors) { return }
        pending.append(Pending(bytes: bytes, descriptors: descriptors))
        waitUntilWritable()
    }

    package func close() {
        if let watch { loop.unwatch(watch) }
        stopWaiting()
        watch = nil
        onPacket = nil
        onEnd = nil
        pending = []
    }

    /// True when the packet is gone: taken by the kernel, or without a receiver, which `onEnd` tells.
    private func transmit(_ bytes: [UInt8], _ descriptors: [SharedDescriptor]) -> Bool {
        var carried = linux_descriptors()
        carried.count = Int32(descriptors.count)
        withUnsafeMutableBytes(of: &carried.values) { values in
            for (index, descriptor) in descriptors.enumerated() {
                values.storeBytes(of: descriptor.number, toByteOffset: index * 4, as: Int32.self)
            }
        }
        while true {
            let result = linux_send(descriptor.number, bytes, bytes.count, nil, 0, &carried, Int32(MSG_DONTWAIT))
            if result == -Int(EINTR) { continue }
            return result != -Int(EAGAIN)
        }
    }

    private func receive() {
        while let onPacket {
            var carried = linux_descriptors()
            let result = linux_receive(
                descriptor.number, buffer.baseAddress, buffer.count, &carried, Int32(MSG_DONTWAIT))
            if result == -Int(EAGAIN) { return }
            if result == -Int(EINTR) { continue }
            guard result > 0 else {
                let end = onEnd
                close()
                end?()
                return
            }
            let numbers = withUnsafeBytes(of: carried.values) { Array($0.bindMemory(to: Int32.self)) }
            let descriptors = numbers.prefix(Int(carried.count)).map { SharedDescriptor(Descriptor(owning: $0)) }
            onPacket(
                Packet(
                    bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<result]),
                    descriptors: descriptors))
        }
    }

    /// The same socket under a second number, because one descriptor can be watched only once.
    private func waitUntilWritable() {
        guard writeWatch == nil else { return }
        let copy = linux_dup_above(descriptor.number, 0)
        guard copy >= 0 else { return }
        writeDescriptor = Int32(copy)
        do {
            writeWatch = try loop.watch(writeDescriptor, [.writable]) { [unowned self] _ in flush() }
        } catch {
            stopWaiting()
        }
    }

    private func flush() {
        while let first = pending.first {
            guard transmit(first.bytes, first.descriptors) else { return }
            pending.removeFirst()
        }
        stopWaiting()
    }

    private func stopWaiting() {
        if let writeWatch { loop.unwatch(writeWatch) }
        writeWatch = nil
        if writeDescriptor >= 0 { _ = linux_close(writeDescriptor) }
        writeDescriptor = -1
    }
}
