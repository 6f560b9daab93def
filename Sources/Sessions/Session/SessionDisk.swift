import Isolation
import Synchronization

/// What a session's workspace occupies, as far as it is known: what was counted last, and what the server wrote since.
///
/// Counts for the session's own limit and for its owner's quota at the same time. Programs write without asking; what they
/// wrote is known at the next count.
final class SessionDisk: Sendable {
    private struct State {
        /// With what is in the making.
        var used: Int
        /// What the server is about to write, which no count finds in the workspace yet.
        var making = 0
        /// What the server wrote and freed since the count that is under way began; nil: nothing. It may be in that count or not.
        var change: Int?
        /// Something changed by an unknown amount: it should be counted again.
        var isStale = false
        /// The session has ended: nothing counts for its owner any more, and nothing may be written.
        var isClosed = false
    }

    let limit: ByteCount
    private let owner: Owner
    private let quotas: Quotas
    private let state: Mutex<State>

    /// Counts `used` for the owner at once.
    init(limit: ByteCount, used: ByteCount, owner: Owner, quotas: Quotas, isStale: Bool = false) {
        self.limit = limit
        self.owner = owner
        self.quotas = quotas
        state = Mutex(State(used: used.bytes, isStale: isStale))
        quotas.correctDisk(by: used.bytes, of: owner)
    }

    var used: ByteCount { ByteCount(state.withLock { $0.used }) }
    var isStale: Bool { state.withLock { $0.isStale } }
    var isFull: Bool { state.withLock { $0.used >= limit.bytes } }

    /// Bytes that the session may still write; negative when it has written too much.
    var left: Int { state.withLock { limit.bytes - $0.used } }

    func needsCount() { state.withLock { $0.isStale = true } }

    /// Takes the result of a count. What was written during it may have been missed, and is counted again soon.
    func counted(_ bytes: Int) {
        let change = state.withLock { state in
            guard !state.isClosed else { return 0 }
            var used = bytes
            if let change = state.change {
                used = max(bytes, min(bytes + max(0, change), state.used - state.making))
                state.isStale = true
            }
            used += state.making
            defer { state.used = used }
            return used - state.used
        }
        quotas.correctDisk(by: change, of: owner)
    }

    /// A count begins: what changes from now on may not be in it.
    func countBegins() {
        state.withLock { state in
            state.isStale = false
            state.change = nil
        }
    }

    /// Gives everything back to the owner.
    func close() {
        let used = state.withLock { state in
            guard !state.isClosed else { return 0 }
            state.isClosed = true
            defer { state.used = 0 }
            return state.used
        }
        quotas.correctDisk(by: -used, of: owner)
    }

    /// For requests of one caller.
    func allowance(for caller: Caller) -> any DiskAllowance { CallerAllowance(disk: self, caller: caller) }

    fileprivate func take(_ bytes: Int, for caller: Caller) throws(AllowanceExceeded) {
        try state.withLock { state throws(AllowanceExceeded) in
            guard !state.isClosed else { throw AllowanceExceeded(message: "This session has ended.") }
            guard bytes <= limit.bytes - state.used else {
                throw AllowanceExceeded(
                    message: "This session may keep \(limit.mebibytes) MiB of files; delete some first.")
            }
            do throws(QuotaRefusal) { try quotas.changeDisk(by: bytes, of: caller) } catch {
                throw AllowanceExceeded(message: error.message)
            }
            state.used += bytes
            state.making += bytes
        }
    }

    fileprivate func keep(_ bytes: Int) {
        state.withLock { state in
            state.making -= min(bytes, state.making)
            state.change = (state.change ?? 0) + bytes
        }
    }

    fileprivate func giveBack(_ bytes: Int) {
        let freed = state.withLock { state in
            state.making -= min(bytes, state.making)
            let freed = min(bytes, state.used)
            state.used -= freed
            return freed
        }
        quotas.correctDisk(by: -freed, of: owner)
    }

    fileprivate func release(_ bytes: Int) {
        let freed = state.withLock { state in
            let freed = min(bytes, state.used)
            state.used -= freed
            state.change = (state.change ?? 0) - freed
            return freed
        }
        quotas.correctDisk(by: -freed, of: owner)
    }
}

private struct CallerAllowance: DiskAllowance {
    let disk: SessionDisk
    let caller: Caller

    func take(_ bytes: Int) throws(AllowanceExceeded) { try disk.take(bytes, for: caller) }
    func keep(_ bytes: Int) { disk.keep(bytes) }
    func giveBack(_ bytes: Int) { disk.giveBack(bytes) }
    func release(_ bytes: Int) { disk.release(bytes) }
    func recount() { disk.needsCount() }
}
