import CLinux
import LinuxKernel

/// Takes files out of workspaces, on a loop of its own: everything in a workspace was written by somebody we distrust, and
/// however much there is of it, running programs must not wait for it.
actor Collector {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop) { self.loop = loop }

    /// Regular files that match, each cut at the cap for one file, as many as the caps allow.
    func files(
        in workspace: SharedDescriptor, matching patterns: [GlobPattern], caps: CollectionCaps
    ) throws(SandboxFailure) -> [CollectedFile] {
        let directory = Directory(workspace)
        let limits = Directory.WalkLimits(
            entries: caps.entries, depth: caps.depth, files: caps.files, bytes: caps.totalBytes.bytes,
            fileBytes: caps.fileBytes.bytes)
        do {
            var files: [CollectedFile] = []
            for match in try directory.matches(patterns, limits).files {
                guard let (file, size) = try directory.openRegularFile(match.path) else { continue }
                let contents = try Self.contents(of: file, atMost: min(size, caps.fileBytes.bytes))
                files.append(
                    CollectedFile(
                        path: String(decoding: match.path, as: UTF8.self), contents: contents, size: ByteCount(size)))
            }
            return files
        } catch {
            throw .system(error)
        }
    }

    func open(
        _ path: WorkspacePath, in workspace: SharedDescriptor
    ) throws(SandboxFailure) -> (SharedDescriptor, ByteCount)? {
        do {
            guard let (file, size) = try Directory(workspace).openRegularFile(path.description) else { return nil }
            return (file, ByteCount(size))
        } catch {
            throw .system(error)
        }
    }

    private static func contents(of file: SharedDescriptor, atMost size: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        var count = 0
        while count < size {
            let result = bytes.withUnsafeMutableBytes {
                linux_pread(file.number, $0.baseAddress! + count, size - count, off_t(count))
            }
            if result == -Int(EINTR) { continue }
            guard try SystemError.check(result, "read", "a collected file") > 0 else { break }
            count += result
        }
        return Array(bytes.prefix(count))
    }
}
