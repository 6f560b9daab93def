import CLinux
import Glibc

extension Directory {
    /// How far a walk goes, whatever it finds.
    package struct WalkLimits: Hashable, Sendable {
        /// Entries looked at, of every kind.
        package var entries: Int
        /// Folders inside folders; also the number of descriptors that the walk holds.
        package var depth: Int
        /// Files in the answer.
        package var files: Int
        /// Bytes of all files in the answer, each counted with at most `fileBytes`.
        package var bytes: Int
        package var fileBytes: Int

        package init(entries: Int, depth: Int, files: Int, bytes: Int, fileBytes: Int = .max) {
            self.entries = entries
            self.depth = depth
            self.files = files
            self.bytes = bytes
            self.fileBytes = fileBytes
        }
    }

    package struct Match: Hashable, Sendable {
        /// Relative to the directory, as the kernel has it: any bytes but NUL.
        package let path: [UInt8]
        /// Bytes that can be read: of a sparse file more than it occupies.
        package let size: Int
    }

    package struct Matches: Hashable, Sendable {
        /// Ascending by path.
        package var files: [Match] = []
        /// False if a limit ended the walk or left out a file, or a folder could not be read.
        package var isComplete = true
    }

    /// Regular files that match one of the patterns. Links, FIFOs, sockets, devices and files with several names are passed
    /// over, and folders in which nothing can match are not read.
    ///
    /// Without recursion. A folder whose modes forbid reading makes the answer incomplete and is no error.
    package func matches(_ patterns: [GlobPattern], _ limits: WalkLimits) throws(SystemError) -> Matches {
        var walk = Walk(patterns: patterns, limits: limits, directory: self)
        return try walk.run()
    }
}

/// A walk in progress: the folders from the top down to where it is.
private struct Walk {
    let patterns: [GlobPattern]
    let limits: Directory.WalkLimits
    let directory: Directory
    private var answer = Directory.Matches()
    private var entries = 0

    /// A folder that is being read.
    private final class Folder {
        let descriptor: SharedDescriptor
        /// Its path with a slash at the end; empty for the top.
        let prefix: [UInt8]
        /// How far each pattern has come.
        let progress: [GlobPattern.Progress]
        var reader: DirectoryReader

        init(_ descriptor: SharedDescriptor, _ prefix: [UInt8], _ progress: [GlobPattern.Progress]) {
            self.descriptor = descriptor
            self.prefix = prefix
            self.progress = progress
            reader = DirectoryReader(descriptor.number, path: Directory.name(prefix))
        }
    }

    init(patterns: [GlobPattern], limits: Directory.WalkLimits, directory: Directory) {
        self.patterns = patterns
        self.limits = limits
        self.directory = directory
    }

    mutating func run() throws(SystemError) -> Directory.Matches {
        var open = [Folder(try directory.openRoot(), [], patterns.map(\.start))]
        while let folder = open.last {
            guard let entry = try folder.reader.next() else {
                open.removeLast()
                continue
            }
            entries += 1
            guard entries <= limits.entries else {
                answer.isComplete = false
                break
            }
            if let next = try visit(entry, in: folder, depth: open.count) { open.append(next) }
        }
        cut()
        return answer
    }

    /// Takes a file that matches; answers a folder to go on with.
    private mutating func visit(
        _ entry: DirectoryReader.Entry, in folder: Folder, depth: Int
    ) throws(SystemError) -> Folder? {
        let name = GlobPattern.Name(entry.name)
        let isWanted = zip(patterns, folder.progress).contains { $0.accepts(name, $1) }
        let progress = zip(patterns, folder.progress).map { $0.entering(name, $1) }
        let leadsOn = progress.contains { !$0.isEmpty }
        guard isWanted || leadsOn, let status = try status(entry, in: folder) else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG where isWanted && status.st_nlink == 1:
            answer.files.append(Directory.Match(path: folder.prefix + entry.name, size: Int(status.st_size)))
        case S_IFDIR where leadsOn:
            guard depth <= limits.depth,
                let descriptor = try directory.openFolder(entry.name, in: folder.descriptor.number)
            else {
                answer.isComplete = false
                return nil
            }
            return Folder(descriptor, folder.prefix + entry.name + [UInt8(ascii: "/")], progress)
        default: break
        }
        return nil
    }

    /// What the entry is, links not followed; nil if it is gone.
    private func status(_ entry: DirectoryReader.Entry, in folder: Folder) throws(SystemError) -> stat? {
        var status = stat()
        let result = (entry.name + [0]).withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                linux_fstatat(folder.descriptor.number, $0.baseAddress, &status, AT_SYMLINK_NOFOLLOW)
            }
        }
        if result == Int(-ENOENT) { return nil }
        try SystemError.check(result, "stat", Directory.name(folder.prefix + entry.name))
        return status
    }

    /// Leaves out what is above the limits on the answer: the last files by name.
    private mutating func cut() {
        var bytes = 0
        var kept: [Directory.Match] = []
        for file in answer.files.sorted(by: { $0.path.lexicographicallyPrecedes($1.path) }) {
            let size = min(file.size, limits.fileBytes)
            guard kept.count < limits.files, size <= limits.bytes - bytes else {
                answer.isComplete = false
                continue
            }
            bytes += size
            kept.append(file)
        }
        answer.files = kept
    }
}
