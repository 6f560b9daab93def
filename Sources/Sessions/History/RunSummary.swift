/// A run in a list: what is known of it while it goes on, and what is kept after.
package struct RunSummary: Sendable {
    package var id: ExecutionID
    package var language: String
    package var accepted: WallTime
    /// Nil while it waits or runs.
    package var finished: FinishedRun?

    package init(id: ExecutionID, language: String, accepted: WallTime, finished: FinishedRun? = nil) {
        self.id = id
        self.language = language
        self.accepted = accepted
        self.finished = finished
    }

    init(_ run: FinishedRun) {
        self.init(id: run.id, language: run.language, accepted: run.accepted, finished: run)
    }

    package var cursor: RunCursor { RunCursor(accepted: accepted, id: id) }
}

extension RunQuery {
    /// The newest of those in memory and those in the store, each run once; what is in memory is the later truth.
    package func page(memory: [RunSummary], stored: [FinishedRun]) -> [RunSummary] {
        let known = Set(memory.map(\.id))
        let all = memory.filter(selects) + stored.filter { !known.contains($0.id) }.map(RunSummary.init)
        return Array(all.sorted { $0.cursor > $1.cursor }.prefix(max(0, limit)))
    }

    private func selects(_ run: RunSummary) -> Bool {
        if let after, run.cursor >= after { return false }
        if let language, run.language != language { return false }
        switch status {
        case nil: return true
        case .running: return run.finished == nil
        case .ended(let outcome): return run.finished?.outcome == outcome
        }
    }
}
