package import LinuxKernel

/// The files that programs may use at the level landlock, as rules about the host's own paths. Whatever is not below one
/// of them can be neither opened nor started nor changed.
package struct ConfinedPlan: Hashable, Sendable {
    package private(set) var operations: [RootOperation] = []
    private let ruleset: LandlockRuleset

    /// `toolchains` are canonical host directories outside /usr. `scripts` is the file that session shells read.
    package init(host: HostFacts, toolchains: [String], script: String, ruleset: LandlockRuleset) {
        self.ruleset = ruleset
        let bound = host.rootEntries.filter { $0.value == .directory }.keys.sorted().map { "/\($0)" }
        for path in ["/usr"] + bound + toolchains { allow(path, .readExecute) }
        for entry in host.configuration.values.map(\.canonicalPath).sorted() { allow(entry, .read) }
        for name in Self.names { allow("/etc/\(name)", .read) }
        for name in Self.devices { allow("/dev/\(name)", .device) }
        for name in Self.kernelInformation { allow("/proc/\(name)", .read) }
        allow("/sys/devices/system/cpu", .read)
        allow(script, .read)
    }

    /// What programs may do in their own folders.
    static let own = LandlockAccess.readWrite.union(.execute)

    private static let names = ["passwd", "group", "nsswitch.conf"]
    /// Not /dev/shm, /dev/pts, /dev/ptmx: their names belong to everybody of the user.
    private static let devices = ["null", "zero", "full", "random", "urandom", "tty"]
    /// The machine's size, which runtimes ask for. Nothing of any process: not even of the caller, because a rule about one
    /// is a rule about all.
    private static let kernelInformation = [
        "cpuinfo", "filesystems", "meminfo", "stat", "sys/kernel/osrelease", "sys/kernel/ostype", "sys/kernel/version",
        "sys/vm/overcommit_memory", "version",
    ]

    /// What is not there needs no rule; a rule on a file holds only what the kernel takes for files.
    private mutating func allow(_ path: String, _ access: LandlockAccess) {
        guard let canonical = HostFile.canonicalPath(path) else { return }
        let rights = ruleset.rule(access, onFile: HostFile.kind(of: canonical) != .directory)
        if !rights.isEmpty { operations.append(.allow(canonical, rights)) }
    }
}
