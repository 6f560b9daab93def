import Isolation
import Testing

@testable import Sessions

@Suite struct RecordedExecutionTests {
    @Test func theRequestIsThereUntilItIsCarriedOut() throws {
        var input = [UInt8](repeating: 1, count: 100_000)
        let execution = try execution(input)
        #expect(isShared(&input))
        let hasBegun = execution.begin { request in
            #expect(request.standardInput.count == 100_000)
            return Task {}
        }
        #expect(hasBegun)
    }

    @Test func theRequestIsDroppedAtTheEnd() throws {
        var input = [UInt8](repeating: 1, count: 100_000)
        let execution = try execution(input)
        _ = execution.begin { _ in Task {} }
        execution.end(result(of: execution))
        #expect(!isShared(&input))
    }

    @Test func theRequestOfWhatIsCancelledInTheQueueIsDroppedToo() throws {
        var input = [UInt8](repeating: 1, count: 100_000)
        let execution = try execution(input)
        #expect(execution.cancelRunning())
        execution.end(result(of: execution))
        #expect(!isShared(&input))
        #expect(!execution.begin { _ in Task {} })
    }

    /// What is remembered beside output is chosen by strangers as well, and is counted.
    @Test func namesCountAgainstWhatIsRemembered() throws {
        var records = ExecutionRecords()
        for _ in 0..<3 {
            let execution = try execution([])
            var result = result(of: execution)
            result.tests = [TestResult(name: String(repeating: "x", count: 10_000), verdict: .accepted, run: run)]
            result.files = [
                CollectedFile(path: String(repeating: "y", count: 10_000), contents: [], size: ByteCount(0))
            ]
            records.add(execution)
            execution.end(result)
            records.ended(execution, result)
        }
        records.forget(above: 10, bytes: ByteCount(50_000))
        #expect(records.all.count == 2)
    }

    private let run = RunResult(outcome: .ok)

    private func execution(_ input: [UInt8]) throws -> RecordedExecution {
        var generator = SystemRandomNumberGenerator()
        var request = try ExecutionRequest.sample("")
        request.standardInput = input
        return RecordedExecution(
            id: ExecutionID(using: &generator), request: request, caller: .local, acceptedAt: .now()
        ) { _ in }
    }

    private func result(of execution: RecordedExecution) -> ExecutionResult {
        ExecutionResult(
            id: execution.id, language: execution.language, outcome: .ok, limits: execution.limits,
            isolation: IsolationReport(level: .namespaces, layers: []))
    }

    /// An array that nobody else holds is changed where it is; one that is shared is copied first.
    private func isShared(_ array: inout [UInt8]) -> Bool {
        let before = array.withUnsafeBufferPointer { $0.baseAddress }
        array[0] &+= 1
        return array.withUnsafeBufferPointer { $0.baseAddress } != before
    }
}
