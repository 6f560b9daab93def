import CLinux

/// Where set-up failed and with which errno: the only kind of error in this program.
struct SetupFailure: Error {
    let stage: setup_stage
    let error: Int32

    init(_ stage: setup_stage, result: Int) {
        self.stage = stage
        error = Int32(truncatingIfNeeded: -result)
    }
}

/// Returns `result` unless it is a negated errno.
@discardableResult
func check(_ result: Int, _ stage: setup_stage) throws(SetupFailure) -> Int {
    guard result >= 0 else { throw SetupFailure(stage, result: result) }
    return result
}

/// One end of a SOCK_SEQPACKET pair, with the one buffer that packets are read into.
struct Channel {
    private(set) var descriptor: Int32
    let buffer: UnsafeMutableRawPointer
    private(set) var size = 0
    var descriptors = linux_descriptors()

    init(descriptor: Int32, buffer: UnsafeMutableRawPointer) {
        self.descriptor = descriptor
        self.buffer = buffer
    }

    /// The same channel under another descriptor number.
    init(moving channel: Channel, to descriptor: Int32) {
        self = channel
        self.descriptor = descriptor
    }

    /// Waits for the next packet; false when the other end is gone. Ends the process if the socket itself fails.
    mutating func receive() -> Bool {
        while true {
            let length = linux_receive(descriptor, buffer, Int(MESSAGE_MAXIMUM_SIZE), &descriptors, 0)
            if length == -Int(EINTR) { continue }
            guard length >= MemoryLayout<message_header>.size else { return false }
            size = length
            return true
        }
    }

    var header: message_header { buffer.load(as: message_header.self) }

    /// The packet as `type`; throws when it is shorter than that.
    func message<Message>(_ type: Message.Type) throws(SetupFailure) -> Message {
        guard size >= MemoryLayout<Message>.size else { throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG)) }
        return buffer.load(as: type)
    }

    /// The variable part after `Message`, checked to hold `count` bytes from `offset`.
    func tail<Message>(
        after type: Message.Type, offset: Int, count: Int
    ) throws(SetupFailure) -> UnsafeMutablePointer<CChar> {
        let start = MemoryLayout<Message>.size + offset
        guard offset >= 0, count >= 0, start + count <= size else {
            throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG))
        }
        return (buffer + start).assumingMemoryBound(to: CChar.self)
    }

    /// A text of `count` bytes, its last a NUL.
    func text<Message>(
        after type: Message.Type, offset: Int, count: Int
    ) throws(SetupFailure) -> UnsafeMutablePointer<CChar> {
        let text = try tail(after: type, offset: offset, count: count)
        guard count > 0, text[count - 1] == 0 else { throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG)) }
        return text
    }

    /// Closes what the last packet brought.
    mutating func closeDescriptors() {
        let values = descriptors.values
        let all = [values.0, values.1, values.2, values.3, values.4, values.5] as InlineArray<6, Int32>
        for index in 0..<Int(descriptors.count) { _ = linux_close(all[index]) }
        descriptors.count = 0
    }

    /// Answers the packet that was received last, or an earlier one.
    func answer(
        _ failure: SetupFailure? = nil, to question: message_header? = nil, pid: Int32 = 0,
        descriptor carried: Int32? = nil, _ second: Int32? = nil
    ) {
        var answer = question ?? header
        answer.stage = failure?.stage.rawValue ?? STAGE_NONE.rawValue
        answer.error = failure?.error ?? 0
        answer.pid = pid
        var descriptors = linux_descriptors()
        if let carried {
            descriptors.count = 1
            descriptors.values.0 = carried
        }
        if let second {
            descriptors.count = 2
            descriptors.values.1 = second
        }
        send(&answer, MemoryLayout<message_header>.size, &descriptors)
    }

    /// Sends one packet. A server that is gone is noticed by the next `receive`.
    ///
    /// The memory of a packet is charged to the sandbox, which may have none left for the moment, and too many descriptors
    /// may be on their way: then it is tried again, because somebody waits for it.
    func send(_ bytes: UnsafeRawPointer, _ count: Int, _ descriptors: UnsafePointer<linux_descriptors>? = nil) {
        while true {
            switch Int32(-linux_send(descriptor, bytes, count, nil, 0, descriptors, 0)) {
            case EINTR: continue
            case ENOMEM, ENOBUFS, ETOOMANYREFS: _ = linux_poll(nil, 0, 5)
            default: return
            }
        }
    }
}
