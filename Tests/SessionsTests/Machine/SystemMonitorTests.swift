import LinuxKernel
import Logging
import ServiceLifecycle
import Testing

@testable import Sessions

@Suite struct SystemMonitorTests {
    private func sample(cpu: Double, availableMemory: Int = 900, at second: Int = 0) throws -> MachineSample {
        MachineSample(
            time: WallTime(milliseconds: 1000 * second), cpuPercent: cpu,
            memory: try #require(
                MemoryStatistics(meminfo: "MemTotal: 1000 kB\nMemAvailable: \(availableMemory) kB\n")),
            load: try #require(LoadAverages(loadavg: "0 0 0 1/2 3")), disk: nil, processes: 1)
    }

    private func monitor(_ limits: MachineLimits = MachineLimits()) throws -> SystemMonitor {
        SystemMonitor(
            facts: try .current(processors: 2), limits: limits, reader: MachineReader(folder: "/"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func fiveBusySecondsAreAPressureAndOneIsNot() throws {
        var limits = MachineLimits()
        limits.cpuPercent = 80
        let monitor = try monitor(limits)
        for cpu in [10.0, 10, 10, 10, 100] { monitor.take(try sample(cpu: cpu)) }
        #expect(monitor.pressure == nil)
        for _ in 0..<5 { monitor.take(try sample(cpu: 95)) }
        #expect(monitor.pressure == MachinePressure(resource: .cpu, percent: 95, limit: 80))
        for _ in 0..<5 { monitor.take(try sample(cpu: 20)) }
        #expect(monitor.pressure == nil)
    }

    @Test func processorsThatAreBusyAreNoPressureUnlessTheOperatorSaysSo() throws {
        let monitor = try monitor()
        for _ in 0..<10 { monitor.take(try sample(cpu: 100)) }
        #expect(monitor.pressure == nil)
    }

    @Test func memoryIsAPressureAtOnce() throws {
        let monitor = try monitor()
        monitor.take(try sample(cpu: 0, availableMemory: 51))
        #expect(monitor.pressure == nil)
        monitor.take(try sample(cpu: 0, availableMemory: 49))
        #expect(monitor.pressure == MachinePressure(resource: .memory, percent: 96, limit: 95))
    }

    @Test func historyIsBoundedAndComesBeforeWhatIsNew() async throws {
        let monitor = try monitor()
        for second in 0..<1000 { monitor.take(try sample(cpu: 0, at: second)) }
        #expect(monitor.history(.max).count == SystemMonitor.historyCount)
        let subscription = monitor.subscribe(history: 2)
        monitor.take(try sample(cpu: 0, at: 1000))
        var iterator = subscription.samples.makeAsyncIterator()
        for second in [998, 999, 1000] {
            #expect(await iterator.next()?.time == WallTime(milliseconds: 1000 * second))
        }
        subscription.cancel()
        #expect(await iterator.next() == nil)
    }

    @Test func asAServiceItLooksAtThisMachineAndLetsListenersGo() async throws {
        let monitor = try monitor()
        await monitor.begin()
        #expect(monitor.latest != nil)
        let group = ServiceGroup(
            services: [monitor], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            var iterator = monitor.subscribe().samples.makeAsyncIterator()
            let sample = try #require(await iterator.next())
            #expect(sample.memory.total > 0 && sample.memory.available <= sample.memory.total)
            #expect((0...100).contains(sample.cpuPercent))
            #expect(sample.processes > 1)
            #expect(sample.server?.residentMemory ?? 0 > 0)
            await group.triggerGracefulShutdown()
            while await iterator.next() != nil {}
            try await tasks.waitForAll()
        }
    }
}
