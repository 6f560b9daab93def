import Testing

@testable import Isolation
@testable import LinuxKernel

@Suite struct WatchdogTests {
    @Test func aRunWithinItsLimitsGoesOn() {
        #expect(Watchdog.reason(sample { $0.cpuMicroseconds = 999_999 }, limits) == nil)
    }

    @Test func aKillForMemoryEndsTheRun() {
        #expect(Watchdog.reason(sample { $0.oomKills = 1 }, limits) == .memory)
    }

    @Test func aRefusedProcessEndsTheRun() {
        #expect(Watchdog.reason(sample { $0.processLimitHits = 1 }, limits) == .processes)
    }

    @Test func processorTimeEndsTheRunAtTheLimit() {
        #expect(Watchdog.reason(sample { $0.cpuMicroseconds = 1_000_000 }, limits) == .cpu)
    }

    @Test func memoryIsNamedBeforeProcessesAndThoseBeforeProcessorTime() {
        var all = sample {
            $0.oomKills = 1
            $0.processLimitHits = 1
            $0.cpuMicroseconds = 2_000_000
        }
        #expect(Watchdog.reason(all, limits) == .memory)
        all.oomKills = 0
        #expect(Watchdog.reason(all, limits) == .processes)
    }

    @Test func memoryThatIsOnlyUsedIsNoReason() {
        #expect(Watchdog.reason(sample { $0.memoryCurrent = 1 << 40 }, limits) == nil)
    }

    @Test func theNextLookIsNeverLaterThanTheInterval() {
        #expect(Watchdog.next(sample { _ in }, limits, processors: 1) == .milliseconds(50))
    }

    @Test func theNextLookIsNotAfterAllProcessorsTogetherCouldReachTheLimit() {
        let near = sample { $0.cpuMicroseconds = 900_000 }
        #expect(Watchdog.next(near, limits, processors: 1) == .milliseconds(50))
        #expect(Watchdog.next(near, limits, processors: 4) == .milliseconds(25))
        #expect(Watchdog.next(near, limits, processors: 10) == .milliseconds(10))
    }

    @Test(arguments: [999_999, 1_000_000, 5_000_000]) func theNextLookIsNeverBusyWaiting(used: Int) {
        #expect(Watchdog.next(sample { $0.cpuMicroseconds = used }, limits, processors: 64) == .milliseconds(2))
    }
}

private let limits = Limits(
    wall: .seconds(2), cpu: .seconds(1), memory: .mebibytes(256), processes: 64, output: .mebibytes(1),
    disk: .mebibytes(64))

private func sample(_ change: (inout CgroupSample) -> Void) -> CgroupSample {
    var sample = CgroupSample()
    change(&sample)
    return sample
}
