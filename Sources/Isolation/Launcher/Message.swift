import CLinux
import Glibc
import LinuxKernel

/// A packet for the launcher or a keeper: one of the structures of `messages.h`, then its variable part.
struct Message {
    private(set) var bytes: [UInt8]
    var descriptors: [SharedDescriptor] = []

    /// Every structure begins with the header, whose kind is set here and whose sequence is set when it is sent.
    init<Structure: BitwiseCopyable>(_ kind: message_kind, _ structure: Structure, tail: [UInt8] = []) {
        var structure = structure
        bytes = withUnsafeMutableBytes(of: &structure) { raw in
            raw.storeBytes(of: kind.rawValue, as: UInt32.self)
            return Array(raw) + tail
        }
    }

    mutating func setSequence(_ sequence: UInt32) {
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: sequence, toByteOffset: 4, as: UInt32.self) }
    }
}

extension Message {
    static func begin(unprivileged identity: (user: UInt32, group: UInt32)?) -> Message {
        var message = message_begin()
        if let identity {
            message.flags = BEGIN_UNPRIVILEGED.rawValue
            message.outer_user = identity.user
            message.outer_group = identity.group
        }
        return Message(MESSAGE_BEGIN, message)
    }

    /// At the level landlock; sandboxes become `identity` if that is another one than ours.
    static func begin(confined identity: HostIdentity) -> Message {
        let isOther = identity.user != geteuid()
        return Message(
            MESSAGE_BEGIN,
            message_begin(
                header: message_header(), flags: BEGIN_CONFINED.rawValue, outer_user: isOther ? identity.user : 0,
                outer_group: isOther ? identity.group : 0))
    }

    static func operation(_ operation: RootOperation) -> Message {
        var message = message_operation()
        let path: String
        var second: [UInt8] = [0]
        switch operation {
        case .directory(let place, let mode):
            (path, message.operation, message.mode) = (place, OPERATION_DIRECTORY.rawValue, mode)
        case .file(let place, let mode, let contents):
            (path, message.operation, message.mode) = (place, OPERATION_FILE.rawValue, mode)
            second = Array(contents.utf8)
        case .link(let place, let target):
            (path, message.operation) = (place, OPERATION_LINK.rawValue)
            second = terminated(target)
        case .bind(let place, let source, let access):
            (path, message.operation) = (place, OPERATION_BIND.rawValue)
            message.attributes = access.mountAttributes
            second = terminated(source)
        case .cover(let place, let cover):
            (path, message.operation) = (place, OPERATION_COVER.rawValue)
            second = terminated(cover)
        case .allow(let place, let access):
            (path, message.operation) = (place, OPERATION_ALLOW.rawValue)
            message.attributes = access.rawValue
        }
        message.path_size = UInt32(path.utf8.count + 1)
        message.second_size = UInt32(second.count)
        return Message(MESSAGE_OPERATION, message, tail: terminated(path) + second)
    }

    static func filter(_ instructions: [UInt64]) -> Message {
        Message(MESSAGE_FILTER, message_header(), tail: instructions.withUnsafeBytes { Array($0) })
    }

    static func seal(_ landlock: LandlockRuleset?) -> Message {
        var message = message_seal()
        if let landlock {
            message.landlock_files = landlock.handledFiles.rawValue
            message.landlock_network = landlock.handledNetwork.rawValue
            message.landlock_scopes = landlock.scopes.rawValue
            message.landlock_size = UInt32(landlock.attributeSize)
            message.landlock_own = landlock.rule(ConfinedPlan.own, onFile: false).rawValue
        }
        return Message(MESSAGE_SEAL, message)
    }

    /// Carries the keeper's socket and, where the kernel clones into a group, the group's directory.
    static func create(
        slot: Int, identity: HostIdentity?, socket: SharedDescriptor, cgroup: SharedDescriptor?
    ) -> Message {
        let flags =
            (cgroup == nil ? 0 : CREATE_IN_CGROUP.rawValue) | (identity == nil ? CREATE_WITHOUT_IDENTITY.rawValue : 0)
        let create = message_create(
            header: message_header(), slot: UInt32(slot), outer_user: identity?.user ?? 0,
            outer_group: identity?.group ?? 0, flags: flags)
        var message = Message(MESSAGE_CREATE, create)
        message.descriptors = [socket] + (cgroup.map { [$0] } ?? [])
        return message
    }

    static func identify(_ process: SharedDescriptor, as identity: HostIdentity) -> Message {
        var message = Message(
            MESSAGE_IDENTIFY,
            message_identify(header: message_header(), outer_user: identity.user, outer_group: identity.group))
        message.descriptors = [process]
        return message
    }

    /// Without a mount the workspace is part of the scratch file system.
    static func prepare(_ scratch: ScratchSize, processors: UInt64, terminals: Bool, workspace: DetachedMount? = nil)
        -> Message
    {
        let flags =
            (terminals ? PREPARE_TERMINALS.rawValue : 0) | (workspace == nil ? 0 : PREPARE_WORKSPACE.rawValue)
        var message = Message(
            MESSAGE_PREPARE,
            message_prepare(
                header: message_header(), disk_bytes: UInt64(scratch.disk.bytes), inodes: UInt64(scratch.inodes),
                processors: processors, flags: flags))
        if let workspace { message.descriptors = [workspace.descriptor] }
        return message
    }

    /// At the level landlock: what programs may write in.
    static func prepare(in folder: SandboxFolder, processors: UInt64) -> Message {
        prepare(workspace: folder.workspace, temporary: folder.temporary, processors: processors)
    }

    static func prepare(workspace: SharedDescriptor, temporary: SharedDescriptor, processors: UInt64) -> Message {
        var message = Message(
            MESSAGE_PREPARE,
            message_prepare(
                header: message_header(), disk_bytes: 0, inodes: 0, processors: processors,
                flags: PREPARE_CONFINED.rawValue))
        message.descriptors = [workspace, temporary]
        return message
    }

    static func file(_ path: WorkspacePath, mode: UInt32, contents: [UInt8]) -> Message {
        let path = terminated(path.description)
        let message = message_file(
            header: message_header(), contents_size: UInt64(contents.count), path_size: UInt32(path.count), mode: mode,
            flags: 0)
        return Message(MESSAGE_FILE, message, tail: path + contents)
    }

    static func file(_ path: WorkspacePath, mode: UInt32, from source: SharedDescriptor, size: ByteCount) -> Message {
        let path = terminated(path.description)
        let header = message_file(
            header: message_header(), contents_size: UInt64(size.bytes), path_size: UInt32(path.count), mode: mode,
            flags: FILE_FROM_DESCRIPTOR.rawValue)
        var message = Message(MESSAGE_FILE, header, tail: path)
        message.descriptors = [source]
        return message
    }

    /// `isConfined`: no cgroup bounds the memory, and so each process has a bound of its own beside the supervisor's.
    static func run(
        _ command: Command, limits: Limits, standard: [SharedDescriptor], isConfined: Bool = false
    ) -> Message {
        start(
            MESSAGE_RUN, message_run(), command,
            limits.processLimits + (isConfined ? [.data(beyond: limits.memory)] : []), limits.memory, standard)
    }

    /// A command with a number, which is never used again in its sandbox. Its descriptors are the standard ones, then,
    /// for a shell, that of the state it begins with and that of the state it leaves; on a terminal only the first of
    /// the state, and the terminal if it is brought.
    static func command(
        _ command: Command, number: UInt32, limits: CommandLimits, memory: ByteCount, descriptors: [SharedDescriptor],
        terminal: TerminalSize? = nil, isConfined: Bool = false
    ) -> Message {
        var message = message_run()
        message.command = number
        if let terminal {
            message.flags = COMMAND_TERMINAL.rawValue | (isConfined ? COMMAND_GIVEN_TERMINAL.rawValue : 0)
            (message.rows, message.columns) = (terminal.rows, terminal.columns)
        }
        let processLimits = limits.processLimits + (isConfined ? [.data(beyond: memory)] : [])
        return start(MESSAGE_COMMAND, message, command, processLimits, memory, descriptors)
    }

    private static func start(
        _ kind: message_kind, _ message: message_run, _ command: Command, _ limits: [message_limit],
        _ memory: ByteCount, _ descriptors: [SharedDescriptor]
    ) -> Message {
        let environment = command.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let strings = [command.executable, command.workingDirectory] + command.arguments + environment
        let text = strings.flatMap { terminated($0) }
        let memory = Array(MemoryInformation(limit: memory).text.utf8)
        var header = message
        header.limit_count = UInt32(limits.count)
        header.argument_count = UInt32(command.arguments.count)
        header.environment_count = UInt32(environment.count)
        header.strings_size = UInt32(text.count)
        header.meminfo_size = UInt32(memory.count)
        var result = Message(kind, header, tail: limits.withUnsafeBytes { Array($0) } + text + memory)
        result.descriptors = descriptors
        return result
    }

    static func kill(command: UInt32) -> Message {
        Message(MESSAGE_KILL, message_kill(header: message_header(), command: command))
    }

    static func inspect(command: UInt32) -> Message {
        Message(MESSAGE_INSPECT, message_kill(header: message_header(), command: command))
    }

    /// kill(2): a process, or a group by its negated number.
    static func signal(_ number: Int32, to target: Int32) -> Message {
        Message(MESSAGE_SIGNAL, message_signal(header: message_header(), target: target, signal: number, command: 0))
    }

    /// To every process of a command.
    static func signal(_ number: Int32, command: UInt32) -> Message {
        Message(MESSAGE_SIGNAL, message_signal(header: message_header(), target: 0, signal: number, command: command))
    }

    private static func terminated(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }
}

extension RootOperation.Access {
    fileprivate var mountAttributes: UInt64 {
        let restricted = LINUX_MOUNT_READ_ONLY | LINUX_MOUNT_NO_SET_UID
        return switch self {
        case .readOnly: restricted | LINUX_MOUNT_NO_DEVICES
        case .readOnlyWithoutExecution: restricted | LINUX_MOUNT_NO_DEVICES | LINUX_MOUNT_NO_EXEC
        case .device: LINUX_MOUNT_NO_SET_UID | LINUX_MOUNT_NO_EXEC
        }
    }
}

extension Limits {
    fileprivate var processLimits: [message_limit] {
        message_limit.limits(openFiles: openFiles, fileSize: disk, cpu: cpu)
    }
}

extension CommandLimits {
    fileprivate var processLimits: [message_limit] {
        message_limit.limits(openFiles: openFiles, fileSize: fileSize, cpu: cpu)
    }
}

extension message_limit {
    /// What setrlimit(2) adds to the cgroup's limits, for each process.
    fileprivate static func limits(openFiles: Int, fileSize: ByteCount, cpu: Duration?) -> [message_limit] {
        var limits = [
            message_limit(RLIMIT_NOFILE.rawValue, UInt64(openFiles), UInt64(openFiles)),
            message_limit(RLIMIT_FSIZE.rawValue, UInt64(fileSize.bytes), UInt64(fileSize.bytes)),
            message_limit(8 /* RLIMIT_MEMLOCK */, 64 << 10, 64 << 10),
            message_limit(12 /* RLIMIT_MSGQUEUE */, 0, 0),
        ]
        if let cpu {
            let seconds = UInt64((cpu / .seconds(1)).rounded(.up)) + 1
            limits.append(message_limit(RLIMIT_CPU.rawValue, seconds, seconds + 1))
        }
        return limits
    }

    /// RLIMIT_DATA: what a process may map to write to, touched or not. Runtimes map far more than they use, so that this
    /// only holds up what would take memory faster than anybody can look.
    fileprivate static func data(beyond memory: ByteCount) -> message_limit {
        let bytes = UInt64(memory.bytes) * 4 + (4 << 30)
        return message_limit(2, bytes, bytes)
    }

    private init(_ resource: UInt32, _ soft: UInt64, _ hard: UInt64) {
        self.init(soft: soft, hard: hard, resource: Int32(resource))
    }
}

/// Size of the file system behind /tmp, /dev/shm and, for a run, the workspace.
struct ScratchSize: Hashable, Sendable {
    var disk: ByteCount
    var inodes: Int
}
