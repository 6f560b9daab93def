import CLinux

/// User and group ids, and capabilities.
enum Identity {
    /// A process's directory in /proc.
    static func directory(of pid: Int32, in proc: Int32) throws(SetupFailure) -> Int32 {
        try withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { bytes throws(SetupFailure) in
            var path = TextBuffer(bytes)
            path.append(UInt64(pid))
            let flags = LINUX_O_PATH | O_DIRECTORY
            return Int32(try check(linux_openat(proc, path.terminated(), flags, 0), STAGE_IDENTITY_MAP))
        }
    }

    /// Maps id 1000 inside to the given ids outside, the sandbox's only identity, by the process's directory in /proc.
    /// Supplementary groups are given up where that is allowed (user_namespaces(7): only with a privilege in the parent
    /// namespace).
    static func map(_ process: Int32, user: UInt32, group: UInt32) throws(SetupFailure) {
        try write(process, "setgroups", deny: true)
        try write(process, "gid_map", outer: group)
        try write(process, "uid_map", outer: user)
    }

    /// Maps id 0 of the namespace that this process has just entered to the ids it had before.
    static func mapSelf(user: UInt32, group: UInt32) throws(SetupFailure) {
        try writeSelf("/proc/self/setgroups") { $0.append("deny") }
        try writeSelf("/proc/self/gid_map") {
            $0.append("0 "); $0.append(UInt64(group)); $0.append(" 1")
        }
        try writeSelf("/proc/self/uid_map") {
            $0.append("0 "); $0.append(UInt64(user)); $0.append(" 1")
        }
    }

    private static func writeSelf(
        _ path: StaticString, _ build: (inout TextBuffer) -> Void
    ) throws(SetupFailure) {
        let name = UnsafeRawPointer(path.utf8Start).assumingMemoryBound(to: CChar.self)
        let file = Int32(try check(linux_open(name, O_WRONLY, 0), STAGE_IDENTITY_MAP))
        defer { _ = linux_close(file) }
        try withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes throws(SetupFailure) in
            var text = TextBuffer(bytes)
            build(&text)
            try check(linux_write(file, text.start, text.count), STAGE_IDENTITY_MAP)
        }
    }

    private static func write(
        _ process: Int32, _ name: StaticString, outer: UInt32 = 0, deny: Bool = false
    ) throws(SetupFailure) {
        try withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes throws(SetupFailure) in
            let path = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
            let file = Int32(try check(linux_openat(process, path, O_WRONLY, 0), STAGE_IDENTITY_MAP))
            defer { _ = linux_close(file) }
            var text = TextBuffer(bytes)
            if deny {
                text.append("deny")
            } else {
                text.append(UInt64(SANDBOX_USER))
                text.append(" ")
                text.append(UInt64(outer))
                text.append(" 1")
            }
            try check(linux_write(file, text.start, text.count), STAGE_IDENTITY_MAP)
        }
    }

    /// Becomes user and group 1000 of the sandbox.
    static func assume() throws(SetupFailure) {
        try check(linux_setresgid(gid_t(SANDBOX_USER)), STAGE_IDENTITY)
        try check(linux_setresuid(uid_t(SANDBOX_USER)), STAGE_IDENTITY)
    }

    /// What cloning sandboxes needs: namespaces and mounts, identity maps, and loopback in new network namespaces. In a
    /// user namespace of our own the only id to map to is its 0, for which Linux 5.12 wants one more (user_namespaces(7)).
    static func keepOnlyLauncherCapabilities(mapsToRoot: Bool) throws(SetupFailure) {
        var kept: UInt64 = mapsToRoot ? 1 << UInt64(CAP_SETFCAP) : 0
        let needed = [CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID, CAP_NET_ADMIN] as InlineArray<4, Int32>
        for index in needed.indices {
            kept |= 1 << UInt64(needed[index])
        }
        try check(linux_capset(kept), STAGE_CAPABILITIES)
    }

    /// Gives up every capability for good, also those that a program file could give back.
    static func dropAllCapabilities() throws(SetupFailure) {
        try dropBoundingCapabilities()
        try check(linux_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL), 0), STAGE_CAPABILITIES)
        try check(linux_capset(0), STAGE_CAPABILITIES)
    }

    /// Takes them from what is started later, also those that a program file could give.
    static func dropBoundingCapabilities() throws(SetupFailure) {
        var capability: UInt = 0
        while true {
            let result = linux_prctl(PR_CAPBSET_DROP, capability, 0)
            if result == -Int(EINVAL), capability > 0 { break }  // one above the kernel's last
            try check(result, STAGE_CAPABILITIES)
            capability += 1
        }
    }
}
