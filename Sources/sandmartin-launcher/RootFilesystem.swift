import CLinux

/// The root that programs see. `begin`, `apply` and `seal` run once, in the launcher; `makePrivate` in each keeper.
///
/// While it is being built, the host's root is at /old and the future root at /new of a small tmpfs.
enum RootFilesystem {
    /// Leaves the host's mounts behind /old. Returns the host's /proc as a descriptor.
    static func begin(_ message: message_begin) throws(SetupFailure) -> Int32 {
        if message.flags & BEGIN_UNPRIVILEGED.rawValue != 0 {
            try check(linux_unshare(CLONE_NEWUSER), STAGE_USER_NAMESPACE)
            try Identity.mapSelf(user: message.outer_user, group: message.outer_group)
        } else {
            try check(linux_setgroups_none(), STAGE_IDENTITY)
        }
        let proc = try check(linux_open("/proc", LINUX_O_PATH | O_DIRECTORY, 0), STAGE_PROC)
        try check(linux_unshare(CLONE_NEWNS), STAGE_MOUNT_NAMESPACE)
        try check(linux_mount(nil, "/", nil, UInt(MS_REC | MS_PRIVATE), nil), STAGE_PROPAGATION)
        // /tmp exists everywhere; what was in it stays reachable as /old/tmp.
        try check(linux_mount("tmpfs", "/tmp", "tmpfs", UInt(MS_NOSUID | MS_NODEV), "mode=0755"), STAGE_BASE)
        try check(linux_chdir("/tmp"), STAGE_BASE)
        try check(linux_mkdirat(AT_FDCWD, "old", 0o700), STAGE_BASE)
        try check(linux_mkdirat(AT_FDCWD, "new", 0o755), STAGE_BASE)
        try check(linux_pivot_root(".", "old"), STAGE_PIVOT)
        try check(linux_chdir("/"), STAGE_PIVOT)
        try check(
            linux_mount("sandbox", "/new", "tmpfs", UInt(MS_NOSUID | MS_NODEV), "mode=0755,size=4m,nr_inodes=4096"),
            STAGE_BASE)
        return Int32(proc)
    }

    static func apply(_ operation: Operation) throws(SetupFailure) {
        try withPrefix("/new", operation.path, STAGE_MESSAGE) { path throws(SetupFailure) in
            switch operation.kind {
            case OPERATION_DIRECTORY.rawValue:
                try check(linux_mkdirat(AT_FDCWD, path, operation.mode), STAGE_DIRECTORY)
                try check(linux_fchmodat(AT_FDCWD, path, operation.mode), STAGE_DIRECTORY)
            case OPERATION_FILE.rawValue:
                try makeFile(path, operation)
            case OPERATION_LINK.rawValue:
                try check(linux_symlink(operation.second, path), STAGE_LINK)
            case OPERATION_BIND.rawValue:
                try withPrefix("/old", operation.second, STAGE_BIND) { source throws(SetupFailure) in
                    try bind(source, to: path, attributes: operation.attributes)
                }
            default:
                throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG))
            }
        }
    }

    private static func makeFile(_ path: UnsafePointer<CChar>, _ operation: Operation) throws(SetupFailure) {
        let file = Int32(try check(linux_open(path, O_WRONLY | O_CREAT | O_EXCL, operation.mode), STAGE_FILE))
        defer { _ = linux_close(file) }
        try check(linux_fchmod(file, operation.mode), STAGE_FILE)
        try writeAll(file, operation.second, operation.secondSize, STAGE_FILE)
    }

    /// Attaches a copy of the mount at `source`, what is below it included. The attributes are set on the copy before it
    /// is attached, and by descriptor, so that there is no moment and no path in which it is anything else.
    private static func bind(
        _ source: UnsafePointer<CChar>, to path: UnsafePointer<CChar>, attributes: UInt64
    ) throws(SetupFailure) {
        let copy = Int32(try check(linux_clone_mount(AT_FDCWD, source, 1), STAGE_BIND))
        defer { _ = linux_close(copy) }
        if attributes != 0 { try check(linux_set_mount_attributes(copy, attributes, 1), STAGE_READ_ONLY) }
        try check(linux_attach_mount(copy, AT_FDCWD, path), STAGE_BIND)
    }

    /// Makes /new the root of this process, read-only, and detaches the host.
    static func seal() throws(SetupFailure) {
        let root = Int32(try check(linux_open("/new", LINUX_O_PATH | O_DIRECTORY, 0), STAGE_READ_ONLY))
        try check(linux_set_mount_attributes(root, LINUX_MOUNT_READ_ONLY, 0), STAGE_READ_ONLY)
        _ = linux_close(root)
        try check(linux_chdir("/new"), STAGE_PIVOT)
        // pivot_root(2), "pivot_root(".", ".")": the old root is stacked on the new one and then detached.
        try check(linux_pivot_root(".", "."), STAGE_PIVOT)
        try check(linux_umount(".", Int32(MNT_DETACH)), STAGE_DETACH)
        try check(linux_chdir("/"), STAGE_PIVOT)
    }

    /// Adds to the copied template what belongs to one sandbox alone. Returns the workspace's directory: of the scratch file
    /// system, or of the given detached mount.
    static func makePrivate(
        _ message: message_prepare, workspace mount: Int32?, template: Template, meminfo: inout Int32
    ) throws(SetupFailure) -> Int32 {
        try mountScratch(message)
        // No less restricted than the template's, or the kernel refuses it (mount_namespaces(7), "mount_too_revealing").
        let restricted = UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY)
        try check(linux_mount("proc", "/proc", "proc", restricted, nil), STAGE_PROC)
        try template.forEach(OPERATION_COVER) { cover throws(SetupFailure) in
            let result = linux_mount(cover.second, cover.path, nil, UInt(MS_BIND), nil)
            // What this kernel does not have needs no cover.
            if result != -Int(ENOENT) { try check(result, STAGE_COVER) }
        }
        try coverMemoryInformation(&meminfo)
        if let mount {
            try attach(mount)
        } else {
            try check(linux_mount("/workspace/workspace", "/workspace", nil, UInt(MS_BIND), nil), STAGE_SCRATCH)
        }
        if message.flags & PREPARE_TERMINALS.rawValue != 0 {
            try check(
                linux_mount(
                    "devpts", "/dev/pts", "devpts", UInt(MS_NOSUID | MS_NOEXEC),
                    "newinstance,ptmxmode=0666,mode=0620,max=64"),
                STAGE_TERMINALS)
        }
        let workspace = Int32(try check(linux_open("/workspace", O_RDONLY | O_DIRECTORY, 0), STAGE_WORKSPACE))
        if let mount { try checkWorkspace(workspace, is: mount) }
        return workspace
    }

    /// Puts a session's workspace over the root of the scratch file system. Its attributes were set by the server, before
    /// it gave the mount away: a mount of a more privileged namespace keeps them for good (mount_namespaces(7)).
    private static func attach(_ mount: Int32) throws(SetupFailure) {
        try check(linux_attach_mount(mount, AT_FDCWD, "/workspace"), STAGE_WORKSPACE)
    }

    /// What is at /workspace is what was given, and neither set-user-id bits nor devices work there.
    private static func checkWorkspace(_ workspace: Int32, is mount: Int32) throws(SetupFailure) {
        var found = stat()
        var given = stat()
        var system = statfs()
        try check(linux_fstat(workspace, &found), STAGE_WORKSPACE)
        try check(linux_fstat(mount, &given), STAGE_WORKSPACE)
        try check(linux_fstatfs(workspace, &system), STAGE_WORKSPACE)
        guard found.st_dev == given.st_dev, found.st_ino == given.st_ino,
            UInt(system.f_flags) & UInt(MS_NOSUID | MS_NODEV) == UInt(MS_NOSUID | MS_NODEV)
        else { throw SetupFailure(STAGE_WORKSPACE, result: -Int(EXDEV)) }
    }

    /// One tmpfs, and so one quota, holds everything that programs can write. Its root lies beneath the workspace that
    /// is mounted over it, where nothing can reach it.
    private static func mountScratch(_ message: message_prepare) throws(SetupFailure) {
        try withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { bytes throws(SetupFailure) in
            var text = TextBuffer(bytes)
            text.append("mode=0755,uid=1000,gid=1000,size=")
            text.append(message.disk_bytes)
            text.append(",nr_inodes=")
            text.append(message.inodes)
            try check(
                linux_mount("scratch", "/workspace", "tmpfs", UInt(MS_NOSUID | MS_NODEV), text.terminated()),
                STAGE_SCRATCH)
        }
        try check(linux_mkdirat(AT_FDCWD, "/workspace/tmp", 0o1777), STAGE_SCRATCH)
        try check(linux_fchmodat(AT_FDCWD, "/workspace/tmp", 0o1777), STAGE_SCRATCH)
        try check(linux_mkdirat(AT_FDCWD, "/workspace/shm", 0o1777), STAGE_SCRATCH)
        try check(linux_fchmodat(AT_FDCWD, "/workspace/shm", 0o1777), STAGE_SCRATCH)
        try check(linux_mkdirat(AT_FDCWD, "/workspace/workspace", 0o755), STAGE_SCRATCH)
        try check(linux_mount("/workspace/tmp", "/tmp", nil, UInt(MS_BIND), nil), STAGE_SCRATCH)
        try check(linux_mount("/workspace/shm", "/dev/shm", nil, UInt(MS_BIND), nil), STAGE_SCRATCH)
        try check(
            linux_mount(nil, "/dev/shm", nil, UInt(MS_BIND | MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC), nil),
            STAGE_SCRATCH)
    }

    /// Puts a file of the sandbox's own over /proc/meminfo, read-only for programs, and keeps it open for the keeper.
    private static func coverMemoryInformation(_ meminfo: inout Int32) throws(SetupFailure) {
        meminfo = Int32(try check(linux_open("/workspace/meminfo", O_RDWR | O_CREAT | O_EXCL, 0o444), STAGE_COVER))
        try check(linux_mount("/workspace/meminfo", "/proc/meminfo", nil, UInt(MS_BIND), nil), STAGE_COVER)
        let flags = UInt(MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
        try check(linux_mount(nil, "/proc/meminfo", nil, flags, nil), STAGE_COVER)
    }
}

/// Calls `body` with `prefix` and `path` joined.
private func withPrefix(
    _ prefix: StaticString, _ path: UnsafePointer<CChar>, _ stage: setup_stage,
    _ body: (UnsafePointer<CChar>) throws(SetupFailure) -> Void
) throws(SetupFailure) {
    try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { bytes throws(SetupFailure) in
        let count = strlen(path)
        guard prefix.utf8CodeUnitCount + count < bytes.count, path[0] == 0x2F else {
            throw SetupFailure(stage, result: -Int(ENAMETOOLONG))
        }
        memcpy(bytes.baseAddress!, prefix.utf8Start, prefix.utf8CodeUnitCount)
        memcpy(bytes.baseAddress! + prefix.utf8CodeUnitCount, path, count + 1)
        try body(bytes.baseAddress!.assumingMemoryBound(to: CChar.self))
    }
}

func writeAll(
    _ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int, _ stage: setup_stage
) throws(SetupFailure) {
    var written = 0
    while written < count {
        let result = linux_write(descriptor, bytes + written, count - written)
        if result == -Int(EINTR) { continue }
        written += try check(result, stage)
    }
}
