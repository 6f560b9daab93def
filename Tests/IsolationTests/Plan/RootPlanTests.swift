import LinuxKernel
import Testing

@testable import Isolation

@Suite struct RootPlanTests {
    let plan = RootPlan(host: .madeUp, toolchains: ["/opt/rust/toolchain", "/opt/node"], processors: 2)

    @Test func everyParentIsThereBeforeWhatIsInIt() {
        var made: Set<String> = ["/"]
        for operation in plan.operations {
            guard let path = operation.madePath else { continue }
            #expect(made.contains(parent(of: path)), "\(operation)")
            made.insert(path)
        }
    }

    @Test func everyMountPointIsMadeBeforeItIsCovered() {
        var made: Set<String> = []
        for operation in plan.operations {
            if case .bind(let path, _, _) = operation { #expect(made.contains(path), "\(operation)") }
            if let path = operation.madePath { made.insert(path) }
        }
    }

    @Test func everyCoverIsMadeByThePlanItself() {
        let made = Set(plan.operations.compactMap(\.madePath))
        let covers = plan.operations.compactMap { if case .cover(_, let cover) = $0 { cover } else { nil } }
        #expect(!covers.isEmpty)
        #expect(covers.allSatisfy(made.contains))
    }

    @Test func nothingIsMadeTwice() {
        let made = plan.operations.compactMap(\.madePath)
        #expect(Set(made).count == made.count)
        #expect(Set(plan.operations).count == plan.operations.count)
        let rights = plan.rights.map(\.path)
        #expect(Set(rights).count == rights.count)
    }

    @Test func everythingOfTheHostIsReadOnlyButTheHarmlessDevices() {
        let devices = Set(["null", "zero", "full", "random", "urandom", "tty"].map { "/dev/\($0)" })
        for (path, source, access) in plan.binds {
            #expect((access == .device) == devices.contains(path), "\(path) ← \(source)")
            if access == .device { #expect(source == path) }
        }
    }

    @Test func nothingOfTheHostAppearsButProgramsToolchainsAndAFewFiles() {
        let programs = plan.binds.filter { $0.access == .readOnly }.map(\.path)
        #expect(programs.sorted() == ["/lib64", "/opt/node", "/opt/rust/toolchain", "/usr"])
        let data = plan.binds.filter { $0.access == .readOnlyWithoutExecution }.map(\.source)
        #expect(data.sorted() == ["/etc/made-up", "/etc/made-up.cache", "/proc"])
    }

    /// What is bound over has to be of the same kind, and the facts alone tell which: the host is not asked.
    @Test func aDirectoryOfTheHostLiesOnADirectoryAndAFileOnAFile() {
        #expect(plan.operations.contains(.directory("/etc/ssl/certs")))
        #expect(plan.operations.contains(.file("/etc/ssl/made-up.cache", contents: "")))
    }

    @Test func theHostsNamesAndUsersAreReplaced() {
        for name in ["passwd", "group", "hosts", "hostname", "resolv.conf", "nsswitch.conf"] {
            #expect(!plan.binds.contains { $0.path == "/etc/\(name)" }, "\(name)")
            #expect(plan.operations.contains { $0.madePath == "/etc/\(name)" }, "\(name)")
        }
        #expect(!plan.operations.contains { $0.madePath == "/etc/shadow" })
    }

    @Test func linksOfTheRootStayLinksAndStrangeEntriesAreLeftOut() {
        #expect(plan.operations.contains(.link("/bin", target: "usr/bin")))
        #expect(!plan.operations.contains { $0.madePath == "/lib32" })
    }

    @Test func whatTheKernelTellsAboutTheHostIsCovered() {
        let covered = plan.operations.compactMap { if case .cover(let path, _) = $0 { path } else { nil } }
        for name in [
            "buddyinfo", "cmdline", "cpuinfo", "interrupts", "kcore", "keys", "kmsg", "loadavg", "modules", "pressure",
            "softirqs", "stat", "sysrq-trigger", "timer_list", "vmstat", "zoneinfo",
        ] {
            #expect(covered.contains("/proc/\(name)"), "\(name)")
        }
        #expect(covered.allSatisfy { $0.hasPrefix("/proc/") })
    }

    @Test func landlockAllowsWritingInScratchPlacesAndDevicesAlone() {
        let writing: LandlockAccess = LandlockAccess.readWrite.subtracting(.read)
        let writable = plan.rights.filter { !$0.access.isDisjoint(with: writing) }.map(\.path)
        #expect(writable.sorted() == ["/dev", "/dev/shm", "/tmp", "/workspace"])
        #expect(plan.right("/dev") == .device)
        #expect(plan.right("/dev/shm") == .readWrite)
        #expect(plan.right("/tmp") == LandlockAccess.readWrite.union(.execute))
        #expect(plan.right("/workspace") == plan.right("/tmp"))
    }

    @Test func landlockAllowsRunningWhatIsBoundAndWhatIsWrittenAlone() {
        let runnable = plan.rights.filter { $0.access.contains(.execute) }.map(\.path)
        #expect(
            runnable.sorted() == ["/lib64", "/opt/node", "/opt/rust/toolchain", "/tmp", "/usr", "/workspace"])
    }

    @Test func landlockAllowsNothingElseThanLookingAtNames() {
        #expect(plan.right("/") == [.readDirectory])
        for path in ["/etc", "/proc", "/sys"] { #expect(plan.right(path) == .read, "\(path)") }
        #expect(plan.rights.count == 12)
    }

    @Test func noRightMakesDevices() {
        let devices: LandlockAccess = [.makeCharacterDevice, .makeBlockDevice]
        #expect(plan.rights.allSatisfy { $0.access.isDisjoint(with: devices) })
    }

    @Test func scratchPlacesAreNoPartOfTheHost() {
        let made = plan.operations.compactMap(\.madePath)
        for path in ["/tmp", "/workspace", "/dev/shm", "/var/tmp"] {
            #expect(made.contains(path), "\(path)")
            #expect(!plan.binds.contains { $0.path == path || $0.path.hasPrefix(path + "/") }, "\(path)")
        }
    }

    @Test func thePlanIsTheSameEveryTime() {
        for _ in 0..<5 {
            #expect(plan == RootPlan(host: .madeUp, toolchains: ["/opt/rust/toolchain", "/opt/node"], processors: 2))
        }
    }
}

extension HostFacts {
    /// A host whose configuration leads to one directory and to one file, neither of which is there where tests run.
    static let madeUp = HostFacts(
        rootEntries: [
            "bin": .link(target: "usr/bin"), "sbin": .link(target: "usr/sbin"), "lib64": .directory, "lib32": .other,
        ],
        configuration: [
            "ssl/certs": Entry(canonicalPath: "/etc/made-up", isDirectory: true),
            "ssl/made-up.cache": Entry(canonicalPath: "/etc/made-up.cache", isDirectory: false),
        ],
        processorInformation:
            "processor\t: 0\nmodel\t: A\n\nprocessor\t: 1\nmodel\t: B\n\nprocessor\t: 2\nmodel\t: C\n\n",
        bootTime: "1700000000")
}

extension RootOperation {
    /// What the operation puts into the tree; nil where it needs something to be there.
    fileprivate var madePath: String? {
        switch self {
        case .directory(let path, _), .file(let path, _, _), .link(let path, _): path
        case .bind, .cover, .allow: nil
        }
    }
}

extension RootPlan {
    fileprivate var binds: [(path: String, source: String, access: RootOperation.Access)] {
        operations.compactMap {
            if case .bind(let path, let source, let access) = $0 { (path, source, access) } else { nil }
        }
    }

    fileprivate var rights: [(path: String, access: LandlockAccess)] {
        operations.compactMap { if case .allow(let path, let access) = $0 { (path, access) } else { nil } }
    }

    fileprivate func right(_ path: String) -> LandlockAccess? { rights.first { $0.path == path }?.access }
}

private func parent(of path: String) -> String {
    "/" + path.split(separator: "/").dropLast().joined(separator: "/")
}
