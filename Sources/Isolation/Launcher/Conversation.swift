import CLinux
import LinuxKernel

/// Questions, orders and answers over a packet socket: each answer repeats the sequence number of its question.
///
/// `@unchecked Sendable`: used only on the loop of its socket.
final class Conversation: @unchecked Sendable {
    struct Answer {
        let pid: Int32
        let descriptors: [SharedDescriptor]
        /// The packet, for answers with more than a header.
        let bytes: [UInt8]
    }

    /// What the partner says unasked.
    enum Event {
        case ended(message_ended)
        case gone(command: UInt32)
    }

    private let socket: PacketSocket
    private var sequence: UInt32 = 0
    private var waiting: [UInt32: (Result<Answer, SandboxFailure>) -> Void] = [:]
    /// Of orders that are answered only when they fail, the oldest first.
    private var orders: [(sequence: UInt32, onFailure: (SandboxFailure) -> Void)] = []
    private(set) var isOver = false
    private let partner: String

    /// `partner` is who is lost when the socket ends, for errors.
    init(_ socket: PacketSocket, with partner: String) {
        self.socket = socket
        self.partner = partner
    }

    /// Begins. `onLoss` is called once, when the partner is gone and no question is open any more.
    func start(
        onEvent: @escaping (Event) -> Void = { _ in }, onLoss: @escaping () -> Void
    ) throws(SystemError) {
        try socket.start(
            onPacket: { [unowned self] packet in
                guard packet.bytes.count >= MemoryLayout<message_header>.size else { return }
                let header = packet.bytes.loadUnaligned(as: message_header.self)
                if header.kind == MESSAGE_ENDED.rawValue {
                    onEvent(.ended(packet.bytes.loadUnaligned(as: message_ended.self)))
                } else if header.kind == MESSAGE_GONE.rawValue {
                    onEvent(.gone(command: packet.bytes.loadUnaligned(as: message_gone.self).command))
                } else {
                    answered(header, packet)
                }
            },
            onEnd: { [unowned self] in
                end()
                onLoss()
            })
    }

    private func answered(_ header: message_header, _ packet: PacketSocket.Packet) {
        // Packets are carried out in order: what was ordered before this one was done, or has said that it failed.
        let next = orders.firstIndex { $0.sequence >= header.sequence } ?? orders.endIndex
        orders.removeSubrange(..<next)
        if let reply = waiting.removeValue(forKey: header.sequence) {
            reply(Self.result(header, packet))
        } else if orders.first?.sequence == header.sequence, case .failure(let failure) = Self.result(header, packet) {
            orders.removeFirst().onFailure(failure)
        }
    }

    /// Sends what is answered only when it fails; `onFailure` is called on the loop then, and before the answer of what is
    /// asked later.
    func order(_ message: Message, onFailure: @escaping (SandboxFailure) -> Void) {
        guard !isOver else { return onFailure(.lost(during: partner)) }
        send(message)
        orders.append((sequence, onFailure))
    }

    /// Sends without waiting; `reply` is called on the loop, exactly once.
    func post(_ message: Message, reply: @escaping (Result<Answer, SandboxFailure>) -> Void) {
        guard !isOver else { return reply(.failure(.lost(during: partner))) }
        send(message)
        waiting[sequence] = reply
    }

    private func send(_ message: Message) {
        sequence &+= 1
        var message = message
        message.setSequence(sequence)
        socket.send(message.bytes, descriptors: message.descriptors)
    }

    /// Sends and waits for the answer.
    func ask(
        _ message: Message, isolation: isolated (any Actor)? = #isolation
    ) async throws(SandboxFailure) -> Answer {
        try await withCheckedContinuation { continuation in
            post(message) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Ends the conversation from our side; open questions are answered with a loss.
    func end() {
        isOver = true
        socket.close()
        let open = waiting
        (waiting, orders) = ([:], [])
        for reply in open.values { reply(.failure(.lost(during: partner))) }
    }

    private static func result(
        _ header: message_header, _ packet: PacketSocket.Packet
    ) -> Result<Answer, SandboxFailure> {
        guard header.stage == STAGE_NONE.rawValue else {
            return .failure(.setup(stage: SetupStage(code: header.stage), error: Errno(header.error)))
        }
        return .success(Answer(pid: header.pid, descriptors: packet.descriptors, bytes: Array(packet.bytes)))
    }
}
