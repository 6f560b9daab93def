import Interception
import Isolation

/// The executions of this server's life that can still be asked for.
struct ExecutionRecords {
    private var byID: [ExecutionID: RecordedExecution] = [:]
    /// In the order in which they were accepted.
    private var order: [ExecutionID] = []
    private var endedCount = 0
    private var endedBytes = 0

    subscript(id: ExecutionID) -> RecordedExecution? { byID[id] }

    var all: [RecordedExecution] { order.compactMap { byID[$0] } }

    mutating func add(_ execution: RecordedExecution) {
        byID[execution.id] = execution
        order.append(execution.id)
    }

    mutating func ended(_ execution: RecordedExecution, _ result: ExecutionResult) {
        endedCount += 1
        endedBytes += result.size
    }

    /// Forgets the oldest that have ended until at most so many, and so many bytes, are left.
    mutating func forget(above count: Int, bytes: ByteCount) {
        guard endedCount > count || endedBytes > bytes.bytes else { return }
        var kept: [ExecutionID] = []
        for id in order {
            if endedCount > count || endedBytes > bytes.bytes, let result = byID[id]?.ended {
                byID[id] = nil
                endedCount -= 1
                endedBytes -= result.size
            } else {
                kept.append(id)
            }
        }
        order = kept
    }
}

extension ExecutionResult {
    /// Bytes that remembering this result costs: what strangers chose the size of, and about what a run costs without.
    fileprivate var size: Int {
        let runs = [run, compile].compactMap(\.self) + tests.map(\.run)
        // Output is kept in the order of arrival and once more by stream.
        let output = runs.reduce(0) { $0 + 2 * $1.output.combined.count + 1024 }
        let names = tests.reduce(0) { $0 + $1.name.utf8.count }
        let findings = securityReport?.findings.count ?? 0
        return output + names + files.reduce(0) { $0 + $1.contents.count + $1.path.utf8.count }
            + 1024 * (1 + findings)
    }
}
