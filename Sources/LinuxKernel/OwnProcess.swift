import CLinux
import Glibc

/// What this process uses, by proc_pid_stat(5).
package struct OwnProcess: Hashable, Sendable {
    /// Processor time in seconds.
    package var cpuSeconds: Double
    /// Bytes.
    package var virtualMemory: Int
    package var residentMemory: Int
    package var threads: Int
    /// Open files.
    package var descriptors: Int
    package var maximumDescriptors: Int
    /// When it started, in seconds since 1970.
    package var startSeconds: Double

    /// Reads `/proc/self`.
    package static func current() throws(SystemError) -> OwnProcess {
        let stat = try HostFile.text(of: "/proc/self/stat")
        // The name, in parentheses, may hold anything.
        let fields = stat.split(separator: ")").last.map { $0.split(separator: " ").map { Int($0) ?? 0 } } ?? []
        guard fields.count > 21 else { throw SystemError("read", "/proc/self/stat", Errno(EINVAL)) }
        let tick = Double(sysconf(Int32(_SC_CLK_TCK)))
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return OwnProcess(
            cpuSeconds: Double(fields[11] + fields[12]) / tick, virtualMemory: fields[20],
            residentMemory: fields[21] * Int(sysconf(Int32(_SC_PAGESIZE))), threads: fields[17],
            descriptors: try HostFolder.count(of: "/proc/self/fd"), maximumDescriptors: Int(clamping: limit.rlim_cur),
            startSeconds: try bootSeconds() + Double(fields[19]) / tick)
    }

    private static func bootSeconds() throws(SystemError) -> Double {
        let stat = try HostFile.text(of: "/proc/stat")
        let line = stat.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst(6)) } ?? 0
    }
}

/// Counts what is in folders of /proc.
package enum HostFolder {
    /// Entries of a folder for which `isWanted` holds, `.` and `..` left out. The folder must be the kernel's or ours.
    package static func count(
        of path: String, where isWanted: (_ name: String) -> Bool = { _ in true }
    ) throws(SystemError) -> Int {
        guard let folder = opendir(path) else { throw SystemError("open", path, Errno(errno)) }
        defer { closedir(folder) }
        let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name)!
        var count = 0
        while let entry = readdir(folder) {
            // Read in place: an entry is only as long as its name, and a copy of the whole structure reads beyond it.
            let name = String(
                cString: UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: UInt8.self))
            if name != ".", name != "..", isWanted(name) { count += 1 }
        }
        return count
    }
}
