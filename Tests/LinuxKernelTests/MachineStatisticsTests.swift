import LinuxKernel
import Testing

@Suite struct MachineStatisticsTests {
    @Test func processorTimesAreBusyWithoutIdleAndWaiting() throws {
        let before = try #require(ProcessorTimes(stat: "cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2 3 4\n"))
        #expect(before.total == 1000)
        #expect(before.busy == 200)
        let after = try #require(ProcessorTimes(stat: "cpu  150 0 125 725 100 0 0 0 0 0\n"))
        #expect(after.percent(since: before) == 75)
        #expect(before.percent(since: after) == 0)
        #expect(before.percent(since: before) == 0)
    }

    @Test func whatIsNotTheKernelsIsNothing() {
        #expect(ProcessorTimes(stat: "intr 1\n") == nil)
        #expect(ProcessorTimes(stat: "cpu 1 2\n") == nil)
        #expect(MemoryStatistics(meminfo: "MemFree: 1 kB\n") == nil)
        #expect(LoadAverages(loadavg: "1 2") == nil)
        #expect(PressureStall(pressure: "") == nil)
    }

    @Test func memoryIsInBytesAndOldKernelsTellLess() throws {
        let new = try #require(
            MemoryStatistics(
                meminfo: "MemTotal:  1000 kB\nMemFree: 100 kB\nMemAvailable: 400 kB\nSwapTotal: 8 kB\nSwapFree: 2 kB\n")
        )
        #expect((new.total, new.available) == (1_024_000, 409_600))
        #expect((new.swapTotal, new.swapFree) == (8192, 2048))
        #expect(new.usedPercent == 60)
        let old = try #require(MemoryStatistics(meminfo: "MemTotal: 1000 kB\nMemFree: 100 kB\n"))
        #expect(old.available == 102_400)
    }

    @Test func loadAndPressureAreRead() throws {
        let load = try #require(LoadAverages(loadavg: "0.52 1.25 2.00 3/456 789\n"))
        #expect((load.one, load.five, load.fifteen, load.threads) == (0.52, 1.25, 2, 456))
        let stall = try #require(
            PressureStall(pressure: "some avg10=1.53 avg60=0.1 avg300=0 total=9\nfull avg10=0.25 avg60=0 total=3\n"))
        #expect((stall.some, stall.full) == (1.53, 0.25))
        #expect(PressureStall(pressure: "some avg10=0.00 avg60=0.1\n")?.full == nil)
    }

    @Test func thisMachineAnswers() throws {
        #expect(ProcessorTimes(stat: try HostFile.text(of: "/proc/stat")) != nil)
        #expect(MemoryStatistics(meminfo: try HostFile.text(of: "/proc/meminfo")) != nil)
        #expect(LoadAverages(loadavg: try HostFile.text(of: "/proc/loadavg")) != nil)
        let disk = try DiskStatistics(path: "/")
        #expect(disk.total > 0 && disk.used + disk.free <= disk.total)
        #expect(throws: SystemError.self) { try DiskStatistics(path: "/no/such") }
        let own = try OwnProcess.current()
        #expect(own.residentMemory > 0 && own.threads > 0 && own.descriptors > 2 && own.startSeconds > 1e9)
        #expect(try HostFolder.count(of: "/proc") { $0 == "self" } == 1)
    }
}
