package import LinuxKernel

/// What the machine did in one second.
package struct MachineSample: Hashable, Sendable {
    package var time: WallTime
    /// Of all processors since the sample before, 0 to 100.
    package var cpuPercent: Double
    package var memory: MemoryStatistics
    package var load: LoadAverages
    /// Of the file system with the server's data; nil when it cannot be asked.
    package var disk: DiskStatistics?
    package var processes: Int
    /// By resource (`cpu`, `memory`, `io`); empty where the kernel does not tell.
    package var pressure: [String: PressureStall]
    /// What the server itself uses; nil when it cannot be asked.
    package var server: OwnProcess?

    package init(
        time: WallTime, cpuPercent: Double, memory: MemoryStatistics, load: LoadAverages, disk: DiskStatistics?,
        processes: Int, pressure: [String: PressureStall] = [:], server: OwnProcess? = nil
    ) {
        self.time = time
        self.cpuPercent = cpuPercent
        self.memory = memory
        self.load = load
        self.disk = disk
        self.processes = processes
        self.pressure = pressure
        self.server = server
    }
}
