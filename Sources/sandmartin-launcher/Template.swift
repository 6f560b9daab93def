import CLinux

/// What every sandbox has in common: the root being built, and what each keeper repeats for itself.
struct Template {
    /// MESSAGE_OPERATION packets for keepers, one after the other, each at a multiple of 8.
    private let arena: UnsafeMutableRawPointer
    private var arenaUsed = 0
    private let filter: UnsafeMutableRawPointer
    private var filterSize = 0
    private(set) var landlock = message_seal()
    /// Level landlock: the template is rules about the host's own files.
    var isConfined = false

    init(arena: UnsafeMutableRawPointer, filter: UnsafeMutableRawPointer) {
        self.arena = arena
        self.filter = filter
    }

    /// Carries an operation out at once, or keeps it for the keepers.
    mutating func take(operation channel: Channel) throws(SetupFailure) {
        let operation = try Operation(channel)
        if isConfined {
            guard operation.kind == OPERATION_ALLOW.rawValue else {
                throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG))
            }
            let place = try Confinement.open(operation)
            channel.buffer.assumingMemoryBound(to: message_operation.self).pointee.mode = place
        }
        switch operation.kind {
        case OPERATION_COVER.rawValue, OPERATION_ALLOW.rawValue:
            let size = (channel.size + 7) & ~7
            guard arenaUsed + size <= Memory.arenaSize else { throw SetupFailure(STAGE_ARENA, result: -Int(ENOSPC)) }
            memcpy(arena + arenaUsed, channel.buffer, channel.size)
            arenaUsed += size
        default:
            try RootFilesystem.apply(operation)
        }
    }

    mutating func take(filter channel: Channel) throws(SetupFailure) {
        let count = channel.size - MemoryLayout<message_header>.size
        guard count > 0, count % 8 == 0, count <= Memory.filterSize else {
            throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG))
        }
        memcpy(filter, try channel.tail(after: message_header.self, offset: 0, count: count), count)
        filterSize = count
    }

    mutating func take(landlock message: message_seal) throws(SetupFailure) { landlock = message }

    /// Installs the seccomp program on this thread.
    func installFilter() throws(SetupFailure) {
        try check(linux_seccomp(filter, UInt16(filterSize / 8)), STAGE_SECCOMP)
    }

    /// The same, with a listener for the calls that it does not decide.
    func installFilterWithListener() throws(SetupFailure) -> Int32 {
        Int32(try check(linux_seccomp_listener(filter, UInt16(filterSize / 8)), STAGE_LISTENER))
    }

    /// Calls `body` with each kept operation of `kind`, in the order in which they came.
    func forEach(
        _ kind: template_operation, _ body: (Operation) throws(SetupFailure) -> Void
    ) throws(SetupFailure) {
        var offset = 0
        while offset < arenaUsed {
            let operation = Operation(kept: arena + offset)
            if operation.kind == kind.rawValue { try body(operation) }
            offset += operation.size
        }
    }
}

/// One step of the template, pointing into the packet that it came in.
struct Operation {
    let kind: UInt32
    let mode: UInt32
    let attributes: UInt64
    let path: UnsafeMutablePointer<CChar>
    let second: UnsafeMutablePointer<CChar>
    let secondSize: Int
    /// Bytes of the packet, rounded up to a multiple of 8.
    let size: Int

    init(_ channel: Channel) throws(SetupFailure) {
        let message = try channel.message(message_operation.self)
        _ = try channel.text(after: message_operation.self, offset: 0, count: Int(message.path_size))
        let second = Int(message.path_size)
        if message.operation == OPERATION_FILE.rawValue {
            _ = try channel.tail(after: message_operation.self, offset: second, count: Int(message.second_size))
        } else {
            _ = try channel.text(after: message_operation.self, offset: second, count: Int(message.second_size))
        }
        self.init(kept: channel.buffer)
    }

    /// From a packet that was checked before.
    init(kept packet: UnsafeMutableRawPointer) {
        let message = packet.load(as: message_operation.self)
        kind = message.operation
        mode = message.mode
        attributes = message.attributes
        path = (packet + MemoryLayout<message_operation>.size).assumingMemoryBound(to: CChar.self)
        second = path + Int(message.path_size)
        secondSize = Int(message.second_size)
        let total = MemoryLayout<message_operation>.size + Int(message.path_size) + Int(message.second_size)
        size = (total + 7) & ~7
    }
}
