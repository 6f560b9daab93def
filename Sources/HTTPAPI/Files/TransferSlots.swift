import Synchronization

/// Bounds how many files are sent and received at once, because each holds memory as long as its client likes.
package final class TransferSlots: Sendable {
    private let maximum: Int
    private let maximumPerSession: Int
    private let taken = Mutex<[String: Int]>([:])

    package init(maximum: Int = 256, perSession: Int = 32) {
        self.maximum = maximum
        maximumPerSession = perSession
    }

    /// One transfer; it is over when the last reference to it goes.
    final class Slot: Sendable {
        private let slots: TransferSlots
        private let session: String

        fileprivate init(_ slots: TransferSlots, _ session: String) {
            self.slots = slots
            self.session = session
        }

        deinit { slots.giveBack(session) }
    }

    /// Throws when there are as many as may be.
    func take(for session: String) throws(APIError) -> Slot {
        let isFree = taken.withLock { taken in
            let own = taken[session] ?? 0
            guard own < maximumPerSession, taken.values.reduce(0, +) < maximum else { return false }
            taken[session] = own + 1
            return true
        }
        guard isFree else {
            throw APIError.overloaded(
                "As many files are being transferred as may be at once; try again later.", retryAfter: .seconds(1))
        }
        return Slot(self, session)
    }

    private func giveBack(_ session: String) {
        taken.withLock { taken in
            let rest = (taken[session] ?? 1) - 1
            taken[session] = rest == 0 ? nil : rest
        }
    }
}
