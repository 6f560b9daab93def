import Isolation
import Testing

@testable import Sessions

@Suite struct QuotasTests {
    private let clock = ManualClock()
    private var quotas: Quotas { Quotas(now: { [clock] in clock.now }) }

    private func caller(_ owner: Owner = .anonymous, _ change: (inout Quota) -> Void = { _ in }) -> Caller {
        var quota = Quota.unbounded
        change(&quota)
        return Caller(owner: owner, name: "", role: .user, quota: quota)
    }

    @Test func runsAtOnceAreBoundedAndFreedByTheirEnd() throws {
        let (quotas, caller) = (quotas, caller { $0.concurrentRuns = 2 })
        try quotas.admitRun(of: caller)
        try quotas.admitRun(of: caller)
        let refusal = #expect(throws: QuotaRefusal.self) { try quotas.admitRun(of: caller) }
        #expect(refusal?.resource == .concurrentRuns)
        #expect(refusal?.limit == 2)
        quotas.runEnded(of: caller.owner, cpu: .zero)
        try quotas.admitRun(of: caller)
        #expect(quotas.usage(of: caller.owner).concurrentRuns == 2)
    }

    @Test func theTimeToWaitForAnotherRunIsTrue() throws {
        let (quotas, caller) = (quotas, caller { $0.runsPerMinute = 3 })
        for _ in 0..<3 {
            try quotas.admitRun(of: caller)
            quotas.runEnded(of: caller.owner, cpu: .zero)
            clock.advance(by: .seconds(7))
        }
        let refusal = try #require(throws: QuotaRefusal.self) { try quotas.admitRun(of: caller) }
        #expect(refusal.resource == .runsPerMinute)
        #expect(refusal.retryAfter == .seconds(60 - 21))
        clock.advance(by: refusal.retryAfter - .nanoseconds(1))
        #expect(throws: QuotaRefusal.self) { try quotas.admitRun(of: caller) }
        clock.advance(by: .nanoseconds(1))
        try quotas.admitRun(of: caller)
        #expect(quotas.usage(of: caller.owner).runsPerMinute == 3)
    }

    @Test func processorTimeIsChargedAtTheEndAndRefusesTheNext() throws {
        let (quotas, caller) = (quotas, caller { $0.cpuPerHour = .seconds(10) })
        try quotas.admitRun(of: caller)
        quotas.runEnded(of: caller.owner, cpu: .seconds(9.5))
        try quotas.admitRun(of: caller)
        quotas.runEnded(of: caller.owner, cpu: .milliseconds(500))
        #expect(quotas.usage(of: caller.owner).cpuPerHour == .seconds(10))
        let refusal = try #require(throws: QuotaRefusal.self) { try quotas.admitRun(of: caller) }
        #expect(refusal.resource == .cpuPerHour)
        #expect(refusal.limit == 10)
        #expect(refusal.retryAfter > .seconds(3599) && refusal.retryAfter <= .seconds(3601))
        clock.advance(by: refusal.retryAfter - .nanoseconds(1))
        #expect(throws: QuotaRefusal.self) { try quotas.admitRun(of: caller) }
        clock.advance(by: .nanoseconds(1))
        try quotas.admitRun(of: caller)
    }

    @Test func whatASessionUsesIsChargedToo() throws {
        let (quotas, caller) = (quotas, caller { $0.cpuPerHour = .seconds(10) })
        quotas.charge(.seconds(11), to: caller.owner)
        #expect(throws: QuotaRefusal.self) { try quotas.admitRun(of: caller) }
    }

    @Test func whatWasUsedBeforeARestartCountsAsLongAsItWouldHave() throws {
        let (quotas, caller) = (quotas, caller { $0.cpuPerHour = .seconds(10) })
        let time = WallTime(milliseconds: 10_000_000)
        quotas.restore(
            [
                ProcessorCharge(owner: caller.owner, time: time.advanced(by: .seconds(-3000)), cpu: .seconds(8)),
                ProcessorCharge(owner: caller.owner, time: time.advanced(by: .seconds(-10)), cpu: .seconds(3)),
            ], at: time)
        let refusal = try #require(throws: QuotaRefusal.self) { try quotas.admitRun(of: caller) }
        #expect(refusal.retryAfter == .seconds(601))
        clock.advance(by: refusal.retryAfter)
        try quotas.admitRun(of: caller)
        #expect(quotas.usage(of: caller.owner).cpuPerHour == .seconds(3))
    }

    @Test func aWithdrawnRunWasNeverThere() throws {
        let (quotas, caller) = (quotas, caller { ($0.runsPerMinute, $0.concurrentRuns) = (1, 1) })
        try quotas.admitRun(of: caller)
        quotas.withdrawRun(of: caller.owner)
        #expect(quotas.usage(of: caller.owner) == QuotaUsage())
        try quotas.admitRun(of: caller)
    }

    @Test func ofManyAtOnceExactlyTheAllowedAreAdmitted() async {
        let (quotas, caller) = (quotas, caller { $0.runsPerMinute = 100 })
        let admitted = await withTaskGroup { group in
            for _ in 0..<400 {
                group.addTask {
                    do throws(QuotaRefusal) {
                        try quotas.admitRun(of: caller)
                        return 1
                    } catch {
                        #expect(error.resource == .runsPerMinute)
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == 100)
    }

    @Test func ownersDoNotShare() throws {
        var generator = SystemRandomNumberGenerator()
        let quotas = quotas
        let one = caller(.key(KeyID(using: &generator))) { $0.concurrentRuns = 1 }
        let other = caller(.key(KeyID(using: &generator))) { $0.concurrentRuns = 1 }
        try quotas.admitRun(of: one)
        try quotas.admitRun(of: other)
        #expect(throws: QuotaRefusal.self) { try quotas.admitRun(of: one) }
    }

    @Test func sessionsAndDiskAreBounded() throws {
        let (quotas, caller) = (quotas, caller { ($0.sessions, $0.disk) = (2, .mebibytes(1)) })
        quotas.restoreSessions(1, of: caller.owner)
        try quotas.admitSession(of: caller)
        #expect(throws: QuotaRefusal.self) { try quotas.admitSession(of: caller) }
        quotas.sessionEnded(of: caller.owner)
        try quotas.admitSession(of: caller)

        try quotas.changeDisk(by: 1 << 20, of: caller)
        let refusal = #expect(throws: QuotaRefusal.self) { try quotas.changeDisk(by: 1, of: caller) }
        #expect(refusal?.resource == .disk)
        #expect(quotas.usage(of: caller.owner).disk == .mebibytes(1))
        try quotas.changeDisk(by: -10, of: caller)
        try quotas.changeDisk(by: 10, of: caller)
        #expect(throws: QuotaRefusal.self) { try quotas.changeDisk(by: .max, of: caller) }
    }

    @Test(arguments: [-1, 0.5, .nan, .infinity, 1e10])
    func anOverrideOutOfRangeIsRefused(_ number: Double) throws {
        for resource in QuotaResource.allCases {
            var overrides = QuotaOverrides()
            let error = #expect(throws: InvalidRequest.self) { try overrides.set(resource, to: number) }
            #expect(error?.field == "quota.\(resource.rawValue)")
        }
    }

    @Test func overridesReplaceAndTheRestStays() throws {
        var overrides = QuotaOverrides()
        for (index, resource) in QuotaResource.allCases.enumerated() where resource != .sessions {
            try overrides.set(resource, to: Double(index))
        }
        let quota = overrides.applied(to: .unbounded)
        #expect(
            quota
                == Quota(
                    concurrentRuns: 0, sessions: .max, runsPerMinute: 2, cpuPerHour: .seconds(3), disk: .mebibytes(4)))
    }
}
