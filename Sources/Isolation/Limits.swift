/// What one run may use. Every field is a positive bound; there is no value that means "unlimited".
package struct Limits: Hashable, Sendable {
    /// Real time from the start of the program.
    package var wall: Duration
    /// Processor time of the whole process tree, user and system.
    package var cpu: Duration
    /// Memory of the whole tree: anonymous, page tables, kernel objects, and files written in the sandbox. Never swapped.
    package var memory: ByteCount
    /// Processes and threads alive at once.
    package var processes: Int
    /// Output kept, standard output and standard error together; what is above loses its middle.
    package var output: ByteCount
    /// Bytes in `/workspace`, `/tmp` and `/dev/shm` together.
    package var disk: ByteCount
    /// Open descriptors of each process.
    package var openFiles: Int

    package init(
        wall: Duration, cpu: Duration, memory: ByteCount, processes: Int, output: ByteCount, disk: ByteCount,
        openFiles: Int = 1024
    ) {
        self.wall = wall
        self.cpu = cpu
        self.memory = memory
        self.processes = processes
        self.output = output
        self.disk = disk
        self.openFiles = openFiles
    }

    /// Output written in all, kept or not, above which the run is ended: 16 times what is kept, at least 16 MiB.
    package var flood: ByteCount {
        let (bytes, isTooMuch) = output.bytes.multipliedReportingOverflow(by: 16)
        return ByteCount(isTooMuch ? .max : max(bytes, 16 << 20))
    }

    /// Files and directories that the sandbox can hold: one for every 4 KiB of disk, at least 1024.
    package var inodes: Int { max(1024, disk.bytes / 4096) }
}
