package import Isolation

/// Keeps what is left of runs that ended. Rows may be lost when the machine crashes, not when the server does.
package protocol ExecutionStore: Sendable {
    /// The newest first, by the time at which they were accepted.
    func runs(_ query: RunQuery) async throws(StoreFailure) -> [FinishedRun]
    /// Processor time of everybody's runs that ended after `time`, the oldest first.
    func charges(since time: WallTime) async throws(StoreFailure) -> [ProcessorCharge]
    /// Of the given owners drops the oldest above `count`; of everybody's what was accepted before `oldest`.
    func pruneRuns(keeping count: Int, of owners: Set<Owner>, since oldest: WallTime) async throws(StoreFailure)
}

/// Processor time that an owner's run used.
package struct ProcessorCharge: Hashable, Sendable {
    package var owner: Owner
    package var time: WallTime
    package var cpu: Duration

    package init(owner: Owner, time: WallTime, cpu: Duration) {
        self.owner = owner
        self.time = time
        self.cpu = cpu
    }
}

/// Which of an owner's runs are wanted.
package struct RunQuery: Hashable, Sendable {
    package enum Status: Hashable, Sendable {
        case running
        case ended(Outcome)
    }

    package var owner: Owner
    package var limit: Int
    /// Only runs before this place in the list.
    package var after: RunCursor?
    package var status: Status?
    package var language: String?

    package init(owner: Owner, limit: Int) {
        self.owner = owner
        self.limit = limit
    }
}

/// A run's place in the list of runs, the newest of which comes first.
package struct RunCursor: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let accepted: WallTime
    package let id: ExecutionID

    package init(accepted: WallTime, id: ExecutionID) {
        self.accepted = accepted
        self.id = id
    }

    /// Nil unless `text` is what `description` gives.
    package init?(_ text: String) {
        guard let dash = text.firstIndex(of: "-"), let milliseconds = Int(text[..<dash]),
            let id = ExecutionID(String(text[text.index(after: dash)...]))
        else { return nil }
        self.init(accepted: WallTime(milliseconds: milliseconds), id: id)
    }

    package var description: String { "\(accepted.milliseconds)-\(id)" }

    package static func < (left: RunCursor, right: RunCursor) -> Bool {
        (left.accepted, left.id.description) < (right.accepted, right.id.description)
    }
}
