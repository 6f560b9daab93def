import CLinux
import Glibc

/// Processor time of the whole machine since it started, in ticks of the kernel (proc_stat(5)).
package struct ProcessorTimes: Hashable, Sendable {
    package var busy: Int
    package var total: Int

    /// From the text of `/proc/stat`; nil when it has no line for all processors.
    package init?(stat text: String) {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }) else { return nil }
        let ticks = line.split(separator: " ").dropFirst().map { Int($0) ?? 0 }
        guard ticks.count >= 4 else { return nil }
        // user nice system idle iowait irq softirq steal; guests are part of user and nice.
        let idle = ticks[3] + (ticks.count > 4 ? ticks[4] : 0)
        total = ticks.prefix(8).reduce(0, +)
        busy = total - idle
    }

    /// How busy the processors were since `earlier`, 0 to 100.
    package func percent(since earlier: ProcessorTimes) -> Double {
        guard total > earlier.total else { return 0 }
        return min(100, max(0, 100 * Double(busy - earlier.busy) / Double(total - earlier.total)))
    }
}

/// Memory of the whole machine, in bytes (proc_meminfo(5)).
package struct MemoryStatistics: Hashable, Sendable {
    package var total: Int
    /// What programs could get without swapping.
    package var available: Int
    package var swapTotal: Int
    package var swapFree: Int

    /// From the text of `/proc/meminfo`; nil when it lacks the total.
    package init?(meminfo text: String) {
        var kibibytes: [Substring: Int] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count >= 2, let value = Int(parts[1]) { kibibytes[parts[0].dropLast()] = value }
        }
        guard let total = kibibytes["MemTotal"], total > 0 else { return nil }
        self.total = total << 10
        // Before Linux 3.14 there is no MemAvailable.
        available = (kibibytes["MemAvailable"] ?? kibibytes["MemFree"] ?? 0) << 10
        swapTotal = (kibibytes["SwapTotal"] ?? 0) << 10
        swapFree = (kibibytes["SwapFree"] ?? 0) << 10
    }

    package var usedPercent: Double { 100 * Double(total - available) / Double(total) }
}

/// Load averages over 1, 5 and 15 minutes, and how many tasks there are (proc_loadavg(5)).
package struct LoadAverages: Hashable, Sendable {
    package var one: Double
    package var five: Double
    package var fifteen: Double
    /// Threads of all processes.
    package var threads: Int

    /// From the text of `/proc/loadavg`.
    package init?(loadavg text: String) {
        let parts = text.split(separator: " ")
        guard parts.count >= 4, let one = Double(parts[0]), let five = Double(parts[1]),
            let fifteen = Double(parts[2]), let threads = parts[3].split(separator: "/").last.flatMap({ Int($0) })
        else { return nil }
        (self.one, self.five, self.fifteen, self.threads) = (one, five, fifteen, threads)
    }
}

/// How much of the last ten seconds something waited for a resource, in percent (Linux's Documentation/accounting/psi).
package struct PressureStall: Hashable, Sendable {
    /// At least one task waited.
    package var some: Double
    /// All tasks waited; nil where the kernel does not tell.
    package var full: Double?

    /// From the text of a file in `/proc/pressure`.
    package init?(pressure text: String) {
        func average(_ kind: String) -> Double? {
            text.split(separator: "\n").first { $0.hasPrefix(kind + " ") }?
                .split(separator: " ").first { $0.hasPrefix("avg10=") }
                .flatMap { Double($0.dropFirst(6)) }
        }
        guard let some = average("some") else { return nil }
        self.some = some
        full = average("full")
    }
}

/// Space of a file system, in bytes.
package struct DiskStatistics: Hashable, Sendable {
    package var total: Int
    /// What a user without privileges can still write.
    package var free: Int
    package var used: Int

    /// Of the file system that `path` is on.
    package init(path: String) throws(SystemError) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw SystemError("statvfs", path, Errno(errno)) }
        let block = Int(status.f_frsize)
        total = Int(status.f_blocks) * block
        free = Int(status.f_bavail) * block
        used = (Int(status.f_blocks) - Int(status.f_bfree)) * block
    }
}
