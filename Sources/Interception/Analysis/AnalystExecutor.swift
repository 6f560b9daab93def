import Dispatch

/// Runs an actor's work on a queue of its own instead of the cooperative pool, whose threads must never be kept busy for
/// long.
final class AnalystExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "sandmartin.analyst")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
