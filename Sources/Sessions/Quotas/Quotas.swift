import Isolation
import Synchronization

/// The one place that counts what owners use. Every call takes a lock for a moment and never waits.
package final class Quotas: Sendable {
    private let ledger = Mutex(QuotaLedger())
    private let now: @Sendable () -> ContinuousClock.Instant

    package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    /// Counts a run, or says which quota it would break. Every admitted run must be told to `runEnded` or withdrawn.
    package func admitRun(of caller: Caller) throws(QuotaRefusal) {
        let time = now()
        try ledger.withLock { ledger throws(QuotaRefusal) in
            try ledger.admitRun(of: caller.owner, caller.quota, at: time)
        }
    }

    /// For a run that was admitted here and refused elsewhere.
    package func withdrawRun(of owner: Owner) {
        let time = now()
        ledger.withLock { $0.withdrawRun(of: owner, at: time) }
    }

    /// `cpu` is the processor time of everything that the run started, compilers and tests included.
    package func runEnded(of owner: Owner, cpu: Duration) {
        let time = now()
        ledger.withLock { $0.runEnded(of: owner, cpu: cpu, at: time) }
    }

    /// Charges processor time that no run accounts for, such as a session's.
    package func charge(_ cpu: Duration, to owner: Owner) {
        let time = now()
        ledger.withLock { $0.charge(cpu, to: owner, at: time) }
    }

    /// Charges what runs used before this server began, as long ago as it is at `wallTime`; the oldest first.
    package func restore(_ charges: [ProcessorCharge], at wallTime: WallTime) {
        let time = now()
        ledger.withLock { ledger in
            for charge in charges {
                let age = Duration.milliseconds(max(0, wallTime.milliseconds - charge.time.milliseconds))
                ledger.charge(charge.cpu, to: charge.owner, at: time - age)
            }
        }
    }

    /// Counts a session, or refuses it. Every admitted session must be told to `sessionEnded`.
    package func admitSession(of caller: Caller) throws(QuotaRefusal) {
        try ledger.withLock { ledger throws(QuotaRefusal) in
            try ledger.admitSession(of: caller.owner, caller.quota)
        }
    }

    /// Sessions that were there before this server began: counted, never refused.
    package func restoreSessions(_ count: Int, of owner: Owner) {
        ledger.withLock { $0.restoreSessions(count, of: owner) }
    }

    package func sessionEnded(of owner: Owner) {
        let time = now()
        ledger.withLock { $0.sessionEnded(of: owner, at: time) }
    }

    /// Counts bytes that files will take, or gave back (negative). Growth beyond the quota is refused and not counted.
    package func changeDisk(by bytes: Int, of caller: Caller) throws(QuotaRefusal) {
        let time = now()
        try ledger.withLock { ledger throws(QuotaRefusal) in
            try ledger.changeDisk(by: bytes, of: caller.owner, caller.quota, at: time)
        }
    }

    /// Takes note of what files were found to occupy beyond what was counted (negative: less): never refused.
    package func correctDisk(by bytes: Int, of owner: Owner) {
        let time = now()
        ledger.withLock { $0.correctDisk(by: bytes, of: owner, at: time) }
    }

    package func usage(of owner: Owner) -> QuotaUsage {
        let time = now()
        return ledger.withLock { $0.usage(of: owner, at: time) }
    }
}
