import CLinux
import Glibc

/// Questions about the host's own files, asked at start; never about anything that a sandbox can write.
package enum HostFile {
    package enum Kind: Hashable, Sendable {
        case directory, regular, other
        case link(target: String)
    }

    /// What is at `path` itself, links not followed; nil when there is nothing.
    package static func kind(of path: String) -> Kind? {
        var status = stat()
        guard linux_fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFREG: return .regular
        case S_IFLNK: return target(of: path).map(Kind.link)
        default: return .other
        }
    }

    /// The absolute path without links, or nil when it does not exist.
    package static func canonicalPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// A small text file such as those of /proc; at most 1 MiB.
    package static func text(of path: String) throws(SystemError) -> String {
        let file = try Descriptor(result: linux_open(path, O_RDONLY, 0), "open", path)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while bytes.count < 1 << 20 {
            let count = try SystemError.check(linux_read(file.number, &chunk, chunk.count), "read", path)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func target(of path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes {
            readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}
