import CLinux
import Glibc

/// A directory whose contents were made by somebody whom we distrust.
///
/// What is opened lies beneath it, on the same file system, and no link is followed on the way: by openat2 (Linux 5.6),
/// else part by part. Nothing blocks, whatever the files turn out to be. Processes that change the tree meanwhile cannot
/// make a call leave it, but may make it miss things.
package struct Directory: Sendable {
    private let root: SharedDescriptor
    private let usesOpenat2: Bool

    /// `usesOpenat2` false: the way of older kernels, which gives the same answers.
    package init(_ root: SharedDescriptor, usesOpenat2: Bool = KernelFeatures.opensBeneath()) {
        self.root = root
        self.usesOpenat2 = usesOpenat2
    }

    /// Opens a file for reading, if at `path` there is a regular file with one name and at most `maximumSize` bytes.
    ///
    /// Nil is not an error: nothing is there, or a link is on the way or at the end, or it is something else than a regular
    /// file, or has other names as well, or is larger, or its modes forbid it.
    package func openRegularFile(
        _ path: [UInt8], maximumSize: Int = .max
    ) throws(SystemError) -> (descriptor: SharedDescriptor, size: Int)? {
        guard let file = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, in: root.number) else { return nil }
        var status = stat()
        try SystemError.check(linux_fstat(file.number, &status), "stat", Self.name(path))
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1, Int(status.st_size) <= maximumSize else {
            return nil
        }
        return (file, Int(status.st_size))
    }

    package func openRegularFile(
        _ path: String, maximumSize: Int = .max
    ) throws(SystemError) -> (descriptor: SharedDescriptor, size: Int)? {
        try openRegularFile(Array(path.utf8), maximumSize: maximumSize)
    }

    /// The names directly in it, as bytes and in the kernel's order; at most `maximum`.
    package func names(atMost maximum: Int) throws(SystemError) -> [[UInt8]] {
        let again = try openRoot()
        var reader = DirectoryReader(again.number, path: "a directory")
        var names: [[UInt8]] = []
        while names.count < maximum, let entry = try reader.next() { names.append(entry.name) }
        return names
    }

    // MARK: Opening

    /// The folder at `path`, or the directory itself if that is empty.
    ///
    /// Throws the kernel's reason: ENOENT, ENOTDIR (a file, or perhaps a link), ELOOP (a link), EXDEV (another file system).
    package func folder(_ path: [UInt8]) throws(SystemError) -> Folder {
        guard !path.isEmpty else { return try Folder(try openRoot()) }
        return try Folder(try reach(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, in: root.number))
    }

    /// The directory itself with a read position of its own.
    func openRoot() throws(SystemError) -> SharedDescriptor {
        SharedDescriptor(
            try Descriptor(result: linux_openat(root.number, ".", O_RDONLY | O_DIRECTORY, 0), "open", "the directory"))
    }

    /// A folder directly in `parent`; nil if it is none, or of another file system, or may not be read.
    func openFolder(_ name: [UInt8], in parent: Int32) throws(SystemError) -> SharedDescriptor? {
        try open(name, O_RDONLY | O_DIRECTORY | O_NONBLOCK, in: parent)
    }

    private func open(_ path: [UInt8], _ flags: Int32, in directory: Int32) throws(SystemError) -> SharedDescriptor? {
        do throws(SystemError) {
            return try reach(path, flags, in: directory)
        } catch  where Self.isAbsence(error.errno) {
            return nil
        }
    }

    /// Whether an error says what is or is not there, and not that something of ours failed.
    package static func isAbsence(_ error: Errno) -> Bool {
        [ENOENT, ENOTDIR, ELOOP, EXDEV, EACCES, EPERM, ENXIO, ENODEV, ENAMETOOLONG].contains(error.code)
    }

    private func reach(_ path: [UInt8], _ flags: Int32, in directory: Int32) throws(SystemError) -> SharedDescriptor {
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        let isValid = parts.allSatisfy { !$0.isEmpty && $0 != [0x2E] && $0 != [0x2E, 0x2E] && !$0.contains(0) }
        guard isValid else { throw SystemError("open", path.shownPath, .noEntry) }
        return usesOpenat2
            ? try reachAtOnce(path, flags, in: directory) : try reachStepwise(parts[...], flags, in: directory)
    }

    private func reachAtOnce(
        _ path: [UInt8], _ flags: Int32, in directory: Int32
    ) throws(SystemError) -> SharedDescriptor {
        let resolve =
            LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_NO_SYMLINKS | LINUX_RESOLVE_NO_MAGICLINKS | LINUX_RESOLVE_NO_XDEV
        return try Self.take(path) { linux_openat2(directory, $0, flags | O_NOFOLLOW, 0, resolve) }
    }

    /// One part after the other, none of which may be a link or a folder of another file system.
    private func reachStepwise(
        _ parts: ArraySlice<[UInt8]>, _ flags: Int32, in directory: Int32
    ) throws(SystemError) -> SharedDescriptor {
        let device = try Self.device(directory)
        var folder: SharedDescriptor?
        for part in parts.dropLast() {
            let next = try Self.take(part) {
                linux_openat(folder?.number ?? directory, $0, LINUX_O_PATH | O_DIRECTORY | O_NOFOLLOW, 0)
            }
            try Self.check(next, isOn: device, part)
            folder = next
        }
        guard let last = parts.last else { throw SystemError("open", "nothing", .noEntry) }
        let file = try Self.take(last) { linux_openat(folder?.number ?? directory, $0, flags | O_NOFOLLOW, 0) }
        if flags & O_DIRECTORY != 0 { try Self.check(file, isOn: device, last) }
        return file
    }

    private static func check(
        _ folder: SharedDescriptor, isOn device: dev_t, _ name: [UInt8]
    ) throws(SystemError) {
        guard try self.device(folder.number) == device else {
            throw SystemError("open", name.shownPath, Errno(EXDEV))
        }
    }

    private static func device(_ descriptor: Int32) throws(SystemError) -> dev_t {
        var status = stat()
        try SystemError.check(linux_fstat(descriptor, &status), "stat", "a folder")
        return status.st_dev
    }

    /// The descriptor that `open` answers for the path as a C string.
    private static func take(
        _ path: [UInt8], _ open: (UnsafePointer<CChar>) -> Int
    ) throws(SystemError) -> SharedDescriptor {
        SharedDescriptor(try Descriptor(result: path.withCPath(open), "open", path.shownPath))
    }

    /// For messages.
    static func name(_ path: [UInt8]) -> String { path.shownPath }
}
