import CLinux
import LinuxKernel
import Testing

@Suite struct PacketSocketTests {
    @Test func aPacketArrivesWithItsDescriptors() async throws {
        try await withPair { pair in
            let pipe = try Pipe()
            var byte: UInt8 = 42
            #expect(linux_write(pipe.writeEnd.number, &byte, 1) == 1)
            let received = await pair.exchange(expecting: 1) { $0.send([1, 2, 3], descriptors: [pipe.readEnd]) }
            #expect(received.map(\.bytes) == [[1, 2, 3]])
            let descriptor = try #require(received.first?.descriptors.first)
            #expect(descriptor.number != pipe.readEnd.number)
            byte = 0
            #expect(linux_read(descriptor.number, &byte, 1) == 1)
            #expect(byte == 42)
        }
    }

    @Test func severalDescriptorsKeepTheirOrder() async throws {
        try await withPair { pair in
            let pipes = try (0..<3).map { _ in try OwnedPipe() }
            for (index, pipe) in pipes.enumerated() {
                var byte = UInt8(index)
                #expect(linux_write(pipe.writeEnd.number, &byte, 1) == 1)
            }
            let received = await pair.exchange(expecting: 1) { $0.send([0], descriptors: pipes.map(\.readEnd)) }
            let bytes = received[0].descriptors.map { descriptor in
                var byte: UInt8 = 255
                _ = linux_read(descriptor.number, &byte, 1)
                return byte
            }
            #expect(bytes == [0, 1, 2])
        }
    }

    @Test func packetsKeepTheirBounds() async throws {
        try await withPair { pair in
            let packets: [[UInt8]] = [[1], [2, 2], Array(repeating: 3, count: 512), [4]]
            let received = await pair.exchange(expecting: 4) { socket in for packet in packets { socket.send(packet) } }
            #expect(received.map(\.bytes) == packets)
        }
    }

    @Test func morePacketsThanTheBufferHoldsArriveCompleteAndInOrder() async throws {
        try await withPair { pair in
            let pipe = try Pipe()
            let count = 5000
            let received = await pair.exchange(expecting: count) { socket in
                // All in one turn of the loop: nobody reads meanwhile, so that the kernel's buffer must fill.
                for number in 0..<count {
                    let packet = withUnsafeBytes(of: UInt32(number)) { Array($0) } + [UInt8](repeating: 7, count: 400)
                    socket.send(packet, descriptors: number == count - 1 ? [pipe.readEnd] : [])
                }
            }
            let numbers = received.map { $0.bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) } }
            #expect(numbers == Array(0..<count))
            #expect(received.allSatisfy { $0.bytes.count == 404 })
            #expect(received.last?.descriptors.count == 1)
        }
    }

    @Test func theEndIsToldOnceAfterEverythingThatWasSent() async throws {
        try await withPair { pair in
            let received = await pair.exchangeUntilEnd { socket in
                socket.send([1])
                socket.send([2])
            }
            #expect(received.packets.map(\.bytes) == [[1], [2]])
            #expect(received.ends == 1)
        }
    }

    /// Errors that pass by themselves: too many descriptors on their way, no memory.
    @Test func whatTheKernelHasNoMeansForNowIsSentLater() async throws {
        let refusals = Box([ENOBUFS, ENOMEM, ETOOMANYREFS, EINTR, EAGAIN])
        try await withPair(transmission: { socket, bytes, descriptors in
            if let refusal = refusals.value.popLast() { return -Int(refusal) }
            return linux_send(socket, bytes, bytes.count, nil, 0, &descriptors, Int32(MSG_DONTWAIT))
        }) { pair in
            let pipe = try Pipe()
            let readEnd = pipe.readEnd
            let received = await pair.exchange(expecting: 3) { socket in
                for number in 1...3 { socket.send([UInt8(number)], descriptors: [readEnd]) }
            }
            #expect(received.map(\.bytes) == [[1], [2], [3]])
            #expect(received.allSatisfy { $0.descriptors.count == 1 })
            #expect(refusals.value.isEmpty)
            #expect(await pair.sendersEnds == 0)
        }
    }

    @Test func whatCanNeverBeSentEndsTheConversation() async throws {
        try await withPair(transmission: { _, bytes, _ in bytes == [2] ? -Int(EMSGSIZE) : bytes.count }) { pair in
            let ends = await pair.endsOfSending([[1], [2], [3]])
            #expect(ends == [0, 0, 0, 1])
        }
    }

    @Test func aPacketThatIsTooLongEndsTheConversationAndLeavesNoDescriptor() async throws {
        try await withPair { pair in
            let pipe = try Pipe()
            let readEnd = pipe.readEnd
            let before = try openDescriptors()
            let received = await pair.exchangeUntilEnd { socket in
                socket.send([1])
                socket.send([UInt8](repeating: 2, count: 513), descriptors: [readEnd])
            }
            #expect(received.packets.map(\.bytes) == [[1]])
            #expect(received.ends == 1)
            // The sender has gone meanwhile.
            #expect(try openDescriptors() == before - 1)
        }
    }

    /// A receiver at its limit of open files gets a part of the descriptors: none of them may stay.
    @Test func descriptorsThatDoNotAllFitAreAllClosed() throws {
        let ends = try PacketSocketPair().ends()
        let ours = Descriptor(owning: ends.ours)
        let theirs = Descriptor(owning: ends.theirs)
        var carried = linux_descriptors(count: 2, values: (ours.number, theirs.number, 0, 0, 0, 0))
        let socket = ours.number
        let send = { linux_send(socket, [7] as [UInt8], 1, nil, 0, &carried, Int32(MSG_DONTWAIT)) }
        var byte: UInt8 = 0
        var received = linux_descriptors()

        #expect(send() == 1)
        let before = try openDescriptors()
        var limit = rlimit()
        #expect(linux_getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0)
        let next = linux_dup_above(0, 0)
        _ = linux_close(Int32(next))
        #expect(linux_prlimit(Int32(RLIMIT_NOFILE.rawValue), UInt64(next) + 1, UInt64(limit.rlim_max)) == 0)
        let result = linux_receive(theirs.number, &byte, 1, &received, Int32(MSG_DONTWAIT))
        #expect(linux_prlimit(Int32(RLIMIT_NOFILE.rawValue), UInt64(limit.rlim_cur), UInt64(limit.rlim_max)) == 0)
        #expect(result == -Int(EMSGSIZE))
        #expect(received.count == 0)
        #expect(try openDescriptors() == before)

        #expect(send() == 1)
        #expect(linux_receive(theirs.number, &byte, 1, &received, Int32(MSG_DONTWAIT)) == 1)
        #expect(received.count == 2)
        for number in [received.values.0, received.values.1] { _ = linux_close(number) }
    }

    @Test func aClosedSocketTellsNothingMore() async throws {
        try await withPair { pair in
            #expect(await pair.eventsAfterClosing() == 0)
        }
    }
}

private final class OwnedPipe: Sendable {
    let readEnd: SharedDescriptor
    let writeEnd: SharedDescriptor

    init() throws {
        let pipe = try Pipe()
        readEnd = pipe.readEnd
        writeEnd = pipe.writeEnd
    }
}

/// Used on one loop only, or before and after it.
private final class Box<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
}

private func withPair(
    transmission: PacketSocket.Transmission? = nil, _ body: (Pair) async throws -> Void
) async throws {
    let loop = try EventLoop(name: "test-packets")
    defer { loop.stop() }
    let pair = try await Pair(loop, transmission)
    try await body(pair)
    await pair.close()
}

private struct Received: Sendable {
    let bytes: [UInt8]
    let descriptors: [SharedDescriptor]
}

/// Two sockets that are connected, both on one loop.
private actor Pair {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// Freed to hang up: its descriptor is closed with it.
    private var sender: PacketSocket?
    private let receiver: PacketSocket
    private var packets: [Received] = []
    private var ends = 0
    private(set) var sendersEnds = 0
    private var wanted = 0
    private var waiter: CheckedContinuation<Void, Never>?

    init(_ loop: EventLoop, _ transmission: PacketSocket.Transmission?) async throws {
        self.loop = loop
        let numbers = try PacketSocketPair().ends()
        if let transmission {
            sender = PacketSocket(Descriptor(owning: numbers.ours), on: loop, transmission: transmission)
        } else {
            sender = PacketSocket(Descriptor(owning: numbers.ours), on: loop)
        }
        receiver = PacketSocket(Descriptor(owning: numbers.theirs), on: loop)
        try start()
    }

    private func start() throws {
        try sender?.start(onPacket: { _ in }, onEnd: { [unowned self] in assumeIsolated { $0.sendersEnds += 1 } })
        try receiver.start(
            onPacket: { [unowned self] packet in
                let received = Received(bytes: Array(packet.bytes), descriptors: packet.descriptors)
                assumeIsolated { $0.take(received) }
            },
            onEnd: { [unowned self] in assumeIsolated { $0.takeEnd() } })
    }

    private func take(_ packet: Received) {
        packets.append(packet)
        if packets.count == wanted { resume() }
    }

    private func takeEnd() {
        ends += 1
        resume()
    }

    private func resume() {
        waiter?.resume()
        waiter = nil
    }

    func exchange(expecting count: Int, _ send: @Sendable (PacketSocket) -> Void) async -> [Received] {
        wanted = count
        if let sender { send(sender) }
        await withCheckedContinuation { continuation in
            if packets.count >= wanted { continuation.resume() } else { waiter = continuation }
        }
        return packets
    }

    /// What arrives when the sender's last reference goes after `send`, and how often the end is told.
    func exchangeUntilEnd(_ send: @Sendable (PacketSocket) -> Void) async -> (packets: [Received], ends: Int) {
        if let sender { send(sender) }
        hangUp()
        await withCheckedContinuation { continuation in
            if ends > 0 { continuation.resume() } else { waiter = continuation }
        }
        await turn()
        return (packets, ends)
    }

    func eventsAfterClosing() async -> Int {
        receiver.close()
        sender?.send([1])
        hangUp()
        await turn()
        return packets.count + ends
    }

    /// How often the sender had been told of the end after each packet, and at last.
    func endsOfSending(_ packets: [[UInt8]]) async -> [Int] {
        var ends: [Int] = []
        for packet in packets {
            sender?.send(packet)
            ends.append(sendersEnds)
        }
        await turn()
        return ends + [sendersEnds]
    }

    private func hangUp() {
        sender?.close()
        sender = nil
    }

    /// Until the loop has looked at its descriptors twice.
    private func turn() async {
        for _ in 0..<2 {
            await withCheckedContinuation { continuation in
                _ = loop.after(.milliseconds(1)) { continuation.resume() }
            }
        }
    }

    func close() {
        receiver.close()
        sender?.close()
    }
}
