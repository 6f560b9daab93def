import CLinux
import Synchronization

/// A sandbox's group in the unified hierarchy.
final class CgroupV2: Cgroup {
    private let parent: CgroupV2Parent
    private let name: String
    private let state: Mutex<State>

    private struct State {
        var files: CgroupV2Files
        var start: CgroupCounters
        var limits: (memory: Int, processes: Int, endsTogether: Bool)?
        var processors: Double?
        var isFrozen = false
    }

    init(_ name: String, in parent: CgroupV2Parent) throws(SystemError) {
        self.parent = parent
        self.name = name
        let files = try Self.make(name, in: parent)
        state = Mutex(State(files: files, start: try files.count()))
    }

    private static func make(_ name: String, in parent: CgroupV2Parent) throws(SystemError) -> CgroupV2Files {
        let directory = try parent.make(name)
        do throws(SystemError) {
            return try CgroupV2Files(directory)
        } catch {
            try parent.removeGroup(name)
            throw error
        }
    }

    var cloneDirectory: SharedDescriptor? {
        parent.clonesIntoGroups ? state.withLock { $0.files.directory.descriptor } : nil
    }

    func admit(_ pid: Int32) throws(SystemError) {
        try state.withLock { state throws(SystemError) in try state.files.admit(pid) }
    }

    func limit(memory: Int, processes: Int, endsTogether: Bool) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            state.limits = nil
            try state.files.limit(memory: memory, processes: processes, endsTogether: endsTogether)
            state.limits = (memory, processes, endsTogether)
            state.isFrozen = false
        }
    }

    func share(processors: Double?) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            try state.files.share(processors: processors)
            state.processors = processors
        }
    }

    func sample() throws(SystemError) -> CgroupSample {
        try state.withLock { state throws(SystemError) in
            var sample = try state.files.count()
                .sample(since: &state.start, memoryLimit: state.limits?.memory ?? .max)
            if state.processors == nil { sample.throttledMicroseconds = nil }
            return sample
        }
    }

    func reset() throws(SystemError) -> Bool {
        try state.withLock { state throws(SystemError) -> Bool in
            let files = state.files
            guard try CgroupDirectory.settles(within: CgroupCounters.departure, files.isUnpopulated) else {
                throw SystemError("reset the cgroup in use", state.files.directory.path, Errno(EBUSY))
            }
            if try !state.files.renew() {
                try parent.removeGroup(name)
                state.files = try Self.make(name, in: parent)
                if let limits = state.limits {
                    try state.files.limit(
                        memory: limits.memory, processes: limits.processes, endsTogether: limits.endsTogether)
                }
                try state.files.share(processors: state.processors)
            } else if state.isFrozen, let limits = state.limits {
                try state.files.limit(
                    memory: limits.memory, processes: limits.processes, endsTogether: limits.endsTogether)
            }
            state.isFrozen = false
            state.start = try state.files.count()
            return state.start.memory <= CgroupCounters.harmlessRest
        }
    }

    func killAll() throws(SystemError) {
        let files = try state.withLock { state throws(SystemError) in
            state.isFrozen = true
            try state.files.forbidProcesses()
            return state.files
        }
        try files.killAll()
    }

    func remove() throws(SystemError) {
        try killAll()
        try parent.removeGroup(name)
    }
}
