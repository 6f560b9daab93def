import CLinux
import Foundation
import LinuxKernel
import Testing

/// One body for every version of control groups that this machine can use. One at a time: with v2 this process moves.
@Suite(.serialized) struct CgroupTests {
    static let versions: [Int] = (try? CgroupHierarchy.usable().map(\.version)) ?? []

    @Test func thisMachineHasControlGroups() throws {
        #expect(try !CgroupHierarchy.usable().isEmpty)
        #expect(try KernelFeatures.probe().cgroupVersion == Self.versions.first)
    }

    /// A group with limits, in a server's group; both are gone afterwards.
    private func withGroup(_ version: Int, _ body: (any Cgroup, _ path: String) async throws -> Void) async throws {
        let parent = try #require(try CgroupHierarchy.usable().first { $0.version == version }).makeParent()
        let group = try parent.makeGroup(named: "0")
        let path = parent.path + "/0"
        do {
            try await body(group, path)
        } catch {
            try group.remove()
            try parent.remove()
            throw error
        }
        try group.remove()
        try parent.remove()
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(!FileManager.default.fileExists(atPath: parent.path))
    }

    /// Runs a program in the group to its end. The limits must be in force, so that no test endangers the machine.
    private func run(_ child: HeldChild, in group: any Cgroup) throws -> Int32 {
        try group.admit(child.pid)
        child.go()
        child.closeInput()
        return child.wait()
    }

    private func memoryLimit(_ version: Int, _ path: String) throws -> Int? {
        let text = try HostFile.text(of: path + (version == 1 ? "/memory.limit_in_bytes" : "/memory.max"))
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test(arguments: versions) func limitsGoUpAndDown(version: Int) async throws {
        try await withGroup(version) { group, path in
            for mebibytes in [64, 256, 32, 33, 1024, 16] {
                try group.limit(memory: mebibytes << 20, processes: mebibytes)
                #expect(try memoryLimit(version, path) == mebibytes << 20)
                let swap = path + (version == 1 ? "/memory.memsw.limit_in_bytes" : "/memory.swap.max")
                guard FileManager.default.fileExists(atPath: swap) else { continue }
                let expected = version == 1 ? mebibytes << 20 : 0
                #expect(try HostFile.text(of: swap) == "\(expected)\n")
            }
            // not a multiple of the page: rounded down, as the kernel does
            try group.limit(memory: (64 << 20) + 100, processes: 5)
            #expect(try memoryLimit(version, path) == 64 << 20)
        }
    }

    @Test(arguments: versions) func aLimitThatTheKernelRefusesThrows(version: Int) async throws {
        try await withGroup(version) { group, _ in
            #expect(throws: SystemError.self) { try group.limit(memory: 64 << 20, processes: -1) }
            #expect(throws: SystemError.self) { try group.limit(memory: -5, processes: 1) }
            #expect(throws: SystemError.self) { try group.share(processors: 0) }
        }
    }

    @Test(arguments: versions) func memoryAboveTheLimitKillsAndIsCounted(version: Int) async throws {
        try await withGroup(version) { group, path in
            try group.limit(memory: 64 << 20, processes: 20)
            try #require(try memoryLimit(version, path) == 64 << 20)
            #expect(try run(.python("b = bytearray(20 << 20)"), in: group) == 0)
            var sample = try group.sample()
            #expect(sample.oomKills == 0)
            #expect(sample.memoryPeak >= 20 << 20 && sample.memoryPeak <= 64 << 20)
            #expect(try run(.python("b = bytearray(200 << 20)"), in: group) == -SIGKILL)
            sample = try group.sample()
            #expect(sample.oomKills >= 1)
            #expect(sample.memoryPeak >= 63 << 20 && sample.memoryPeak <= 64 << 20)
        }
    }

    @Test(arguments: versions) func refusedForksAreCounted(version: Int) async throws {
        // forks children that wait, and exits with the number of forks refused
        let source = """
            import os, sys
            r, w = os.pipe()
            refused = 0
            for i in range(8):
                try:
                    if os.fork() == 0:
                        os.close(w); os.read(r, 1); os._exit(0)
                except BlockingIOError: refused += 1
            os.close(w)
            while True:
                try: os.wait()
                except ChildProcessError: break
            sys.exit(refused)
            """
        try await withGroup(version) { group, path in
            try group.limit(memory: 256 << 20, processes: 20)
            #expect(try run(.python(source), in: group) == 0)
            #expect(try group.sample().processLimitHits == 0)
            try group.limit(memory: 256 << 20, processes: 4)
            #expect(try run(.python(source), in: group) == 5)
            #expect(try group.sample().processLimitHits >= 1)
            if let peak = try group.sample().processesPeak { #expect(peak == 9) }
        }
    }

    @Test(arguments: versions) func processorTimeIsCountedAndShared(version: Int) async throws {
        let busy = "import time\nwhile time.process_time() < 0.2: pass"
        try await withGroup(version) { group, _ in
            try group.limit(memory: 256 << 20, processes: 20)
            #expect(try group.sample().throttledMicroseconds == nil)
            #expect(try run(.python(busy), in: group) == 0)
            #expect(try group.sample().cpuMicroseconds >= 200_000)
            try group.share(processors: 0.25)
            try group.reset()
            #expect(try run(.python(busy), in: group) == 0)
            #expect(try group.sample().throttledMicroseconds ?? 0 > 0)
            try group.share(processors: nil)
            #expect(try group.sample().throttledMicroseconds == nil)
        }
    }

    @Test(arguments: versions) func aResetGroupCountsFromZeroAndKeepsItsLimits(version: Int) async throws {
        try await withGroup(version) { group, path in
            try group.limit(memory: 64 << 20, processes: 20)
            for _ in 0..<3 {
                let fresh = try group.sample()
                #expect(fresh.oomKills == 0 && fresh.processLimitHits == 0 && fresh.cpuMicroseconds < 1000)
                #expect(fresh.memoryPeak < 4 << 20 && fresh.memoryCurrent < 4 << 20)
                try #require(try memoryLimit(version, path) == 64 << 20)
                #expect(try run(.python("b = bytearray(200 << 20)"), in: group) == -SIGKILL)
                #expect(try group.sample().oomKills >= 1)
                try group.reset()
            }
        }
    }

    /// With version 2 the group may be a new one by then, to which nothing is charged.
    @Test(arguments: versions) func memoryThatOutlivesItsProcessesIsTold(version: Int) async throws {
        let leave = "open('/dev/shm/sandmartin-test-rest', 'wb').write(bytes(16 << 20))"
        try await withGroup(version) { group, _ in
            try group.limit(memory: 64 << 20, processes: 20)
            #expect(try run(.python("pass"), in: group) == 0)
            #expect(try group.reset())
            defer { unlink("/dev/shm/sandmartin-test-rest") }
            #expect(try run(.python(leave), in: group) == 0)
            let isHarmless = try group.reset()
            let sample = try group.sample()
            #expect(isHarmless == (version == 2), "\(sample)")
            #expect(sample.memoryCurrent < 4 << 20)
        }
    }

    @Test(arguments: versions) func aGroupInUseCannotBeReset(version: Int) async throws {
        try await withGroup(version) { group, _ in
            let child = try HeldChild(["cat"])
            try group.admit(child.pid)
            #expect(try group.sample().processes == 1)
            let error = #expect(throws: SystemError.self) { try group.reset() }
            #expect(error?.errno == Errno(EBUSY))
            child.closeInput()
            _ = child.wait()
            try group.reset()
        }
    }

    @Test(arguments: versions) func killingReachesEveryProcessOfTheGroupAndNoOther(version: Int) async throws {
        try await withGroup(version) { group, path in
            try group.limit(memory: 256 << 20, processes: 50)
            let outside = try HeldChild(["cat"])
            let inside = try HeldChild([
                "sh", "-c", "for i in 1 2 3 4 5; do (setsid sleep 1000 &) ; done; echo ready; sleep 1000",
            ])
            try group.admit(inside.pid)
            inside.go()
            #expect(inside.read(6) == "ready\n")
            #expect(try group.sample().processes >= 6)
            try group.killAll()
            #expect(inside.wait() == -SIGKILL)
            #expect(try HostFile.text(of: path + "/cgroup.procs") == "")
            #expect(linux_kill(outside.pid, 0) == 0)
            outside.closeInput()
            #expect(outside.wait() == 1, "the one outside was not ended by us")
            // usable again, with its limits
            try group.reset()
            #expect(try run(.python("import os, sys; sys.exit(os.system('exit 3') >> 8)"), in: group) == 3)
        }
    }

    @Test(arguments: versions) func aNewProcessCanBeMadeInTheGroup(version: Int) async throws {
        try await withGroup(version) { group, path in
            #expect((group.cloneDirectory != nil) == (version == 2 && KernelFeatures.clonesIntoCgroups()))
            guard group.cloneDirectory != nil else { return }
            let source = """
                import ctypes, os, struct
                directory = os.open("\(path)", os.O_RDONLY)
                arguments = ctypes.create_string_buffer(struct.pack("<11Q", 0x200000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, directory))
                pid = ctypes.CDLL(None).syscall(435, arguments, 88)
                if pid == 0:
                    print(open("/proc/self/cgroup").read(), end="", flush=True)
                    os._exit(0)
                os.waitpid(pid, 0)
                """
            let child = Child("/usr/bin/env", ["python3", "-c", source])
            let unified = child.output.split(separator: "\n").first { $0.hasPrefix("0::") }
            #expect(unified.map { path.hasSuffix($0.dropFirst(3)) } == true, "\(child.output)\(child.errors)")
        }
    }

    @Test(arguments: versions) func whatADeadServerLeftIsRemovedAndALiveOneIsNot(version: Int) async throws {
        let hierarchy = try #require(try CgroupHierarchy.usable().first { $0.version == version })
        let live = try hierarchy.makeParent()
        let group = try live.makeGroup(named: "0")
        // What SIGKILL leaves: the same names, processes that still run, and no lock.
        let base = (live.path as NSString).deletingLastPathComponent
        let stale = base + "/sandmartin-deadbeef"
        try SystemError.check(linux_mkdirat(AT_FDCWD, stale, 0o755), "mkdir", stale)
        try SystemError.check(linux_mkdirat(AT_FDCWD, stale + "/7", 0o755), "mkdir", stale)
        let orphan = try HeldChild(["cat"])
        try Data("\(orphan.pid)".utf8).write(to: URL(fileURLWithPath: stale + "/7/cgroup.procs"))
        let other = base + "/somebody-else"
        try SystemError.check(linux_mkdirat(AT_FDCWD, other, 0o755), "mkdir", other)
        defer { #expect(linux_rmdir(other) == 0) }

        let next = try #require(try CgroupHierarchy.usable().first { $0.version == version }).makeParent()
        #expect(!FileManager.default.fileExists(atPath: stale))
        #expect(orphan.wait() == -SIGKILL)
        #expect(FileManager.default.fileExists(atPath: live.path + "/0"))
        #expect(FileManager.default.fileExists(atPath: other))
        #expect(next.leftovers.isEmpty)
        try next.remove()
        #expect(try run(HeldChild(["true"]), in: group) == 0)
        try live.remove()
        #expect(!FileManager.default.fileExists(atPath: live.path))
    }

    @Test(arguments: versions) func nothingIsLeftAndThisProcessIsWhereItWas(version: Int) async throws {
        let before = try HostFile.text(of: "/proc/self/cgroup")
        let parent = try #require(try CgroupHierarchy.usable().first { $0.version == version }).makeParent()
        for index in 0..<5 { try parent.makeGroup(named: "\(index)").limit(memory: 32 << 20, processes: 3) }
        #expect(throws: SystemError.self) { _ = try parent.makeGroup(named: "3") }
        try parent.remove()
        #expect(!FileManager.default.fileExists(atPath: parent.path))
        #expect(try HostFile.text(of: "/proc/self/cgroup") == before)
    }

    @Test func theProbeIsPrintable() throws {
        let features = try KernelFeatures.probe()
        #expect(features.description.contains("kernel        \(features.release)"))
        #expect(features.seccompActions == Set(KernelFeatures.SeccompAction.allCases))
    }
}
