import Glibc
import LinuxKernel

/// Asks the kernel how the machine is. Its calls block, if only for moments.
package struct MachineReader: Sendable {
    /// A folder on the file system that the server writes to.
    package var folder: String

    package init(folder: String) { self.folder = folder }

    /// The processors' times now, and all the rest of a sample; its `cpuPercent` is counted from `earlier`.
    func sample(since earlier: ProcessorTimes?, at time: WallTime) throws -> (ProcessorTimes, MachineSample) {
        guard let times = ProcessorTimes(stat: try HostFile.text(of: "/proc/stat")) else {
            throw SystemError("read", "/proc/stat", Errno(EINVAL))
        }
        guard let memory = MemoryStatistics(meminfo: try HostFile.text(of: "/proc/meminfo")) else {
            throw SystemError("read", "/proc/meminfo", Errno(EINVAL))
        }
        guard let load = LoadAverages(loadavg: try HostFile.text(of: "/proc/loadavg")) else {
            throw SystemError("read", "/proc/loadavg", Errno(EINVAL))
        }
        let processes = try HostFolder.count(of: "/proc") { $0.utf8.allSatisfy { (48...57).contains($0) } }
        let sample = MachineSample(
            time: time, cpuPercent: earlier.map(times.percent) ?? 0, memory: memory, load: load, disk: disk,
            processes: processes, pressure: pressure, server: server)
        return (times, sample)
    }

    /// Nil when the file system does not answer, which is no reason to know nothing else.
    private var disk: DiskStatistics? {
        do { return try DiskStatistics(path: folder) } catch { return nil }
    }

    private var server: OwnProcess? {
        do { return try OwnProcess.current() } catch { return nil }
    }

    /// Kernels without PSI do not have the files, and some that have them refuse to be asked.
    private var pressure: [String: PressureStall] {
        var pressure: [String: PressureStall] = [:]
        for resource in ["cpu", "memory", "io"] {
            do {
                pressure[resource] = PressureStall(pressure: try HostFile.text(of: "/proc/pressure/\(resource)"))
            } catch {
                continue
            }
        }
        return pressure
    }
}
