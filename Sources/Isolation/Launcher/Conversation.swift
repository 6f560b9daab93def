import CLinux
import LinuxKernel

/// Questions and answers over a packet socket: each answer repeats the sequence number of its question.
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
                } else if let reply = waiting.removeValue(forKey: header.sequence) {
                    reply(Self.result(header, packet))
                }
            },
            onEnd: { [unowned self] in
                end()
                onLoss()
            })
    }

    /// Sends without waiting; `reply` is called on the loop, exactly once.
    func post(_ message: Message, reply: @escaping (Result<Answer, SandboxFailure>) -> Void) {
        guard !isOver else { return reply(.failure(.lost(during: partner))) }
        sequence &+= 1
        waiting[sequence] = reply
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
        waiting = [:]
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
