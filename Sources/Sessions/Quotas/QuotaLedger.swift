import Isolation

/// What every owner uses, and whether it may use more. Exact: of two requests that fit only one by one, one is refused.
struct QuotaLedger: Sendable {
    private struct Account: Sendable {
        var concurrentRuns = 0
        var sessions = 0
        var runs = SlidingWindow(length: .seconds(60))
        /// In microseconds; a charge may count for up to a second longer, which bounds the window to 3600 entries.
        var cpu = SlidingWindow(length: .seconds(3600), step: .seconds(1))
        var disk = ByteCount(0)

        mutating func isIdle(at now: ContinuousClock.Instant) -> Bool {
            concurrentRuns == 0 && sessions == 0 && disk.bytes == 0 && runs.total(at: now) == 0
                && cpu.total(at: now) == 0
        }
    }

    /// Between two tries for what frees at no foreseeable time.
    private static let patience = Duration.seconds(1)
    private var accounts: [Owner: Account] = [:]

    // MARK: Runs

    /// Counts a run that is accepted now.
    mutating func admitRun(of owner: Owner, _ quota: Quota, at now: ContinuousClock.Instant) throws(QuotaRefusal) {
        var account = accounts[owner] ?? Account()
        guard account.concurrentRuns < quota.concurrentRuns else {
            throw QuotaRefusal(resource: .concurrentRuns, limit: quota.concurrentRuns, retryAfter: Self.patience)
        }
        guard account.runs.total(at: now) < quota.runsPerMinute else {
            let wait = account.runs.wait(untilAtMost: quota.runsPerMinute - 1, at: now)
            throw QuotaRefusal(resource: .runsPerMinute, limit: quota.runsPerMinute, retryAfter: wait)
        }
        let cpu = quota.cpuPerHour.microseconds
        guard account.cpu.total(at: now) < cpu else {
            let wait = account.cpu.wait(untilAtMost: cpu - 1, at: now)
            throw QuotaRefusal(resource: .cpuPerHour, limit: Int(quota.cpuPerHour / .seconds(1)), retryAfter: wait)
        }
        account.concurrentRuns += 1
        account.runs.add(1, at: now)
        accounts[owner] = account
    }

    /// Takes back what `admitRun` counted, for a run that was refused for another reason.
    mutating func withdrawRun(of owner: Owner, at now: ContinuousClock.Instant) {
        change(owner, at: now) { account in
            account.concurrentRuns -= 1
            account.runs.removeNewest()
        }
    }

    mutating func runEnded(of owner: Owner, cpu: Duration, at now: ContinuousClock.Instant) {
        change(owner, at: now) { account in
            account.concurrentRuns -= 1
            if cpu > .zero { account.cpu.add(cpu.microseconds, at: now) }
        }
    }

    /// Charges processor time that no run accounts for, such as a session's.
    mutating func charge(_ cpu: Duration, to owner: Owner, at now: ContinuousClock.Instant) {
        change(owner, at: now) { if cpu > .zero { $0.cpu.add(cpu.microseconds, at: now) } }
    }

    // MARK: Sessions

    mutating func admitSession(of owner: Owner, _ quota: Quota) throws(QuotaRefusal) {
        guard accounts[owner, default: Account()].sessions < quota.sessions else {
            throw QuotaRefusal(resource: .sessions, limit: quota.sessions, retryAfter: Self.patience)
        }
        accounts[owner, default: Account()].sessions += 1
    }

    /// Sessions that were there before this server began: counted, never refused.
    mutating func restoreSessions(_ count: Int, of owner: Owner) {
        accounts[owner, default: Account()].sessions += count
    }

    mutating func sessionEnded(of owner: Owner, at now: ContinuousClock.Instant) {
        change(owner, at: now) { $0.sessions -= 1 }
    }

    /// Counts bytes that files will take, or took (negative: gave back). Growth beyond the quota is refused.
    mutating func changeDisk(
        by bytes: Int, of owner: Owner, _ quota: Quota, at now: ContinuousClock.Instant
    ) throws(QuotaRefusal) {
        let used = accounts[owner]?.disk.bytes ?? 0
        guard bytes <= 0 || bytes <= quota.disk.bytes - used else {
            throw QuotaRefusal(resource: .disk, limit: quota.disk.mebibytes, retryAfter: Self.patience)
        }
        change(owner, at: now) { $0.disk.bytes = max(0, used + bytes) }
    }

    /// Takes note of what files were found to occupy beyond what was counted (negative: less): never refused.
    mutating func correctDisk(by bytes: Int, of owner: Owner, at now: ContinuousClock.Instant) {
        change(owner, at: now) { $0.disk.bytes = max(0, $0.disk.bytes + bytes) }
    }

    // MARK: Usage

    mutating func usage(of owner: Owner, at now: ContinuousClock.Instant) -> QuotaUsage {
        var usage = QuotaUsage()
        guard var account = accounts[owner] else { return usage }
        usage.concurrentRuns = account.concurrentRuns
        usage.sessions = account.sessions
        usage.runsPerMinute = account.runs.total(at: now)
        usage.cpuPerHour = .microseconds(account.cpu.total(at: now))
        usage.disk = account.disk
        accounts[owner] = account
        return usage
    }

    /// An account that counts nothing is as good as none.
    private mutating func change(_ owner: Owner, at now: ContinuousClock.Instant, _ change: (inout Account) -> Void) {
        var account = accounts[owner] ?? Account()
        change(&account)
        assert(account.concurrentRuns >= 0 && account.sessions >= 0, "something ended that was never admitted")
        accounts[owner] = account.isIdle(at: now) ? nil : account
    }
}

extension Duration {
    /// Whole microseconds, rounded down.
    fileprivate var microseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    }
}
