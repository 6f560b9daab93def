/// What /proc and /sys tell about processors, cut down to those that a sandbox may use.
struct ProcessorInformation {
    /// The first blocks of the host's /proc/cpuinfo.
    let cpuinfo: String
    /// A /proc/stat without the host's activity: readers count its lines and take the boot time.
    let stat: String
    /// As in /sys/devices/system/cpu/online: `0-3`.
    let range: String

    init(host: HostFacts, processors: Int) {
        let blocks = host.processorInformation.split(separator: "\n\n", omittingEmptySubsequences: true)
        cpuinfo = blocks.prefix(processors).map { "\($0)\n\n" }.joined()
        let zeros = " 0 0 0 0 0 0 0 0 0 0\n"
        let lines = (0..<processors).map { "cpu\($0)" + zeros }.joined()
        stat =
            "cpu " + zeros + lines
            + "intr 0\nctxt 0\nbtime \(host.bootTime)\nprocesses 0\nprocs_running 1\nprocs_blocked 0\nsoftirq 0\n"
        range = processors == 1 ? "0\n" : "0-\(processors - 1)\n"
    }
}

/// What /proc/meminfo says inside: the sandbox's limit, all of it free, no swap (proc_meminfo(5)).
struct MemoryInformation {
    let text: String

    init(limit: ByteCount) {
        let total = limit.bytes / 1024
        let fields = [
            ("MemTotal", total), ("MemFree", total), ("MemAvailable", total), ("Buffers", 0), ("Cached", 0),
            ("SwapCached", 0),
            ("Active", 0), ("Inactive", 0), ("SwapTotal", 0), ("SwapFree", 0), ("Dirty", 0), ("Shmem", 0), ("Slab", 0),
            ("SReclaimable", 0), ("CommitLimit", total), ("Committed_AS", 0),
        ]
        text = fields.map { name, kilobytes in
            let number = String(kilobytes)
            let width = 24 - name.utf8.count - 1
            return "\(name):\(String(repeating: " ", count: max(1, width - number.utf8.count)))\(number) kB\n"
        }.joined()
    }
}
