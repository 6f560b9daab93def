import LinuxKernel

/// The root of every sandbox as a list of operations: decided here, carried out by the launcher and the keepers.
package struct RootPlan: Hashable, Sendable {
    package private(set) var operations: [RootOperation] = []
    private var made: Set<String> = ["/"]

    /// A plan that is rules about the host's own root.
    init(_ plan: ConfinedPlan) { operations = plan.operations }

    /// `toolchains` are canonical host directories outside /usr that appear, read-only, at the same place.
    package init(host: HostFacts, toolchains: [String], processors: Int) {
        addPrograms(host, toolchains)
        addConfiguration(host)
        addDevices()
        addKernelInformation(host, processors)
        addWritablePlaces()
        addRights(host, toolchains)
    }

    /// /usr, what leads to it, and the toolchains.
    private mutating func addPrograms(_ host: HostFacts, _ toolchains: [String]) {
        bind("/usr", from: "/usr", .readOnly)
        for (name, kind) in host.rootEntries.sorted(by: { $0.key < $1.key }) {
            switch kind {
            case .link(let target): operations.append(.link("/\(name)", target: target))
            case .directory: bind("/\(name)", from: "/\(name)", .readOnly)
            case .regular, .other: break
            }
        }
        for directory in toolchains { bind(directory, from: directory, .readOnly) }
    }

    /// Few files of the host; names, users and hosts are the sandbox's own.
    private mutating func addConfiguration(_ host: HostFacts) {
        makeDirectory("/etc")
        for (name, contents) in Self.ownConfiguration { operations.append(.file("/etc/\(name)", contents: contents)) }
        for (name, entry) in host.configuration.sorted(by: { $0.key < $1.key }) {
            let path = "/etc/\(name)"
            if entry.isDirectory {
                bind(path, from: entry.canonicalPath, .readOnlyWithoutExecution)
            } else {
                makeParents(of: path)
                operations.append(.file(path, contents: ""))
                operations.append(.bind(path, source: entry.canonicalPath, .readOnlyWithoutExecution))
            }
        }
    }

    private static let ownConfiguration = [
        ("passwd", "sandbox:x:1000:1000:sandbox:/workspace:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
        ("group", "sandbox:x:1000:\nnogroup:x:65534:\n"),
        ("hosts", "127.0.0.1 localhost sandbox\n::1 localhost sandbox\n"),
        ("hostname", "sandbox\n"),
        ("resolv.conf", ""),
        ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n"),
    ]

    private mutating func addDevices() {
        makeDirectory("/dev")
        for name in ["null", "zero", "full", "random", "urandom", "tty"] {
            operations.append(.file("/dev/\(name)", contents: ""))
            operations.append(.bind("/dev/\(name)", source: "/dev/\(name)", .device))
        }
        for (name, target) in [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")] {
            operations.append(
                .link("/dev/\(name)", target: target == "/proc/self/fd" ? target : "/proc/self/\(target)"))
        }
        operations.append(.link("/dev/ptmx", target: "pts/ptmx"))
        makeDirectory("/dev/pts")
        makeDirectory("/dev/shm")
    }

    /// The processors and the memory of the sandbox instead of the host's, and nothing of the host's hardware or of what
    /// happens on it. Each cover costs a sandbox 10 µs.
    private mutating func addKernelInformation(_ host: HostFacts, _ processors: Int) {
        let information = ProcessorInformation(host: host, processors: processors)
        // A mount of the host's proc must be visible for a user namespace to be allowed to mount its own over it.
        bind("/proc", from: "/proc", .readOnlyWithoutExecution)
        makeDirectory(Self.covers)
        operations.append(.file("\(Self.covers)/empty", mode: 0o444, contents: ""))
        makeDirectory("\(Self.covers)/nothing")
        let own = [("cpuinfo", information.cpuinfo), ("stat", information.stat)] + QuietMachine.files
        for (name, contents) in own {
            operations.append(.file("\(Self.covers)/\(name)", mode: 0o444, contents: contents))
            operations.append(.cover("/proc/\(name)", by: "\(Self.covers)/\(name)"))
        }
        operations.append(.file(ShellScript.path, mode: 0o444, contents: ShellScript.text))
        for name in Self.hiddenFiles { operations.append(.cover("/proc/\(name)", by: "\(Self.covers)/empty")) }
        for name in Self.hiddenDirectories { operations.append(.cover("/proc/\(name)", by: "\(Self.covers)/nothing")) }
        makeDirectory("/sys/devices/system/cpu")
        for name in ["online", "possible", "present"] {
            operations.append(.file("/sys/devices/system/cpu/\(name)", mode: 0o444, contents: information.range))
        }
    }

    private static let covers = "/etc/sandbox"
    private static let hiddenFiles = [
        "buddyinfo", "cgroups", "cmdline", "diskstats", "interrupts", "kcore", "key-users", "keys", "kmsg", "locks",
        "modules", "partitions", "schedstat", "softirqs", "sys/fs/dentry-state", "sys/fs/file-nr", "sys/fs/inode-nr",
        "sys/fs/inode-state", "sysrq-trigger", "timer_list", "zoneinfo",
    ]
    private static let hiddenDirectories = ["acpi", "bus", "fs", "irq", "pressure", "scsi"]

    private mutating func addWritablePlaces() {
        makeDirectory("/tmp")
        makeDirectory("/workspace")
        makeDirectory("/var/tmp")
        makeDirectory("/home")
        operations.append(.link("/home/sandbox", target: "/workspace"))
    }

    /// Landlock's second opinion: the same view again, in another mechanism of the kernel.
    private mutating func addRights(_ host: HostFacts, _ toolchains: [String]) {
        operations.append(.allow("/", [.readDirectory]))
        let bound = host.rootEntries.filter { $0.value == .directory }.keys.sorted().map { "/\($0)" }
        for path in ["/usr"] + bound + toolchains { operations.append(.allow(path, .readExecute)) }
        for path in ["/etc", "/proc", "/sys"] { operations.append(.allow(path, .read)) }
        operations.append(.allow("/dev", .device))
        operations.append(.allow("/dev/shm", .readWrite))
        for path in ["/tmp", "/workspace"] { operations.append(.allow(path, LandlockAccess.readWrite.union(.execute))) }
    }

    // MARK: parts

    private mutating func bind(_ path: String, from source: String, _ access: RootOperation.Access) {
        makeDirectory(path)
        operations.append(.bind(path, source: source, access))
    }

    private mutating func makeParents(of path: String) {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        makeDirectory("/" + parent)
    }

    /// With its parents, once each.
    private mutating func makeDirectory(_ path: String) {
        var prefix = ""
        for part in path.split(separator: "/") {
            prefix += "/\(part)"
            if made.insert(prefix).inserted { operations.append(.directory(prefix)) }
        }
    }
}
