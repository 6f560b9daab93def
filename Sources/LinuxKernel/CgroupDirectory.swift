import CLinux

/// The directory of a group, open: the group's control files and children are reached through it.
struct CgroupDirectory: Sendable {
    let descriptor: SharedDescriptor
    let path: String

    var number: Int32 { descriptor.number }

    init(path: String) throws(SystemError) {
        self.path = path
        descriptor = SharedDescriptor(
            try Descriptor(result: linux_open(path, O_RDONLY | O_DIRECTORY, 0), "open", path))
    }

    init(_ name: String, in parent: CgroupDirectory) throws(SystemError) {
        path = parent.path + "/" + name
        descriptor = SharedDescriptor(
            try Descriptor(
                result: linux_openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), "open", path))
    }

    // MARK: Children

    /// Makes the group `name` in this one. Throws EEXIST if it is there.
    func make(_ name: String) throws(SystemError) -> CgroupDirectory {
        try SystemError.check(linux_mkdirat(number, name, 0o755), "make cgroup", path + "/" + name)
        return try CgroupDirectory(name, in: self)
    }

    /// Removes an empty group.
    ///
    /// Waits up to 2 s for the last processes to leave it.
    func removeChild(_ name: String) throws(SystemError) {
        var result = 0
        _ = try Self.settles(within: 2000) { () throws(SystemError) in
            result = linux_rmdirat(number, name)
            return result != Int(-EBUSY)
        }
        guard result == 0 || result == Int(-ENOENT) else {
            throw SystemError("remove cgroup", path + "/" + name, Errno(result: result))
        }
    }

    /// Asks `condition` again each millisecond until it holds, or gives up.
    ///
    /// A process leaves its group a moment after its death is known to its parent and on its pidfd (Linux 6.18: when it
    /// is switched out for the last time), and v1 has nothing to wait on.
    static func settles(
        within milliseconds: Int, _ condition: () throws(SystemError) -> Bool
    ) throws(SystemError) -> Bool {
        for _ in 0..<milliseconds {
            if try condition() { return true }
            _ = linux_poll(nil, 0, 1)
        }
        return try condition()
    }

    /// The groups in this one. A directory read starts over each time.
    func childNames() throws(SystemError) -> [String] {
        try SystemError.check(linux_lseek(number, 0, SEEK_SET), "rewind", path)
        var reader = DirectoryReader(number, path: path)
        var names: [String] = []
        while let entry = try reader.next() {
            if entry.type == DirectoryReader.Entry.directory {
                names.append(String(decoding: entry.name, as: UTF8.self))
            }
        }
        return names
    }

    // MARK: Processes

    /// Processes of the group itself. Those outside our pid namespace are not named.
    func processes() throws(SystemError) -> [Int32] {
        let file = try Descriptor(
            result: linux_openat(number, "cgroup.procs", O_RDONLY, 0), "open", path + "/cgroup.procs")
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = try SystemError.check(
                linux_read(file.number, &chunk, chunk.count), "read", path + "/cgroup.procs")
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        // 0 stands for a process that we cannot see; as an argument of kill it would mean our own group.
        return bytes.split(separator: 0x0A).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }.filter { $0 > 0 }
    }

    /// Kills every process of the group and waits for their deaths, up to 10 s.
    func killAll() throws(SystemError) {
        let isEmpty = try Self.settles(within: 10_000) { () throws(SystemError) in
            let listed = try processes()
            if !listed.isEmpty { try kill(listed) }
            return listed.isEmpty
        }
        guard isEmpty else { throw SystemError("kill all processes of", path, Errno(ETIMEDOUT)) }
    }

    /// A number may be given to another process between reading and killing. So take hold of each process first, read
    /// the list again, and kill only those whose number is in it still.
    private func kill(_ listed: [Int32]) throws(SystemError) {
        var held: [(pid: Int32, descriptor: SharedDescriptor)] = []
        for pid in listed.prefix(256) {
            let result = linux_pidfd_open(pid)
            // Gone already: ESRCH, or EINVAL while its number is being given back.
            if result == Int(-ESRCH) || result == Int(-EINVAL) { continue }
            held.append((pid, SharedDescriptor(try Descriptor(result: result, "pidfd_open", "\(pid)"))))
        }
        let confirmed = Set(try processes())
        for process in held where confirmed.contains(process.pid) {
            let result = linux_pidfd_kill(process.descriptor.number, SIGKILL)
            guard result == 0 || result == Int(-ESRCH) else {
                throw SystemError("kill", "\(process.pid) in \(path)", Errno(result: result))
            }
        }
        for process in held where confirmed.contains(process.pid) {
            var wait = pollfd(fd: process.descriptor.number, events: Int16(POLLIN), revents: 0)
            guard linux_poll(&wait, 1, 10_000) != 0 else {
                throw SystemError("wait for the death of", "\(process.pid) in \(path)", Errno(ETIMEDOUT))
            }
        }
    }
}
