import Isolation
import Testing

/// A program that runs until the test ends it.
struct LiveProgram {
    /// The first line that it wrote.
    let greeting: String
    private let task: Task<RunResult, any Error>

    /// Starts a Python program and waits for its first line.
    static func start(
        python source: String, mark: String = "", on engine: SandboxEngine
    ) async throws -> LiveProgram {
        let (chunks, continuation) = AsyncStream<[UInt8]>.makeStream()
        let task = Task {
            defer { continuation.finish() }
            let environment = programEnvironment.merging(["MARK": mark]) { _, new in new }
            return try await engine.python(source, environment: environment, limits: patientLimits()) { _, bytes in
                continuation.yield(bytes)
            }
        }
        var received: [UInt8] = []
        for await chunk in chunks {
            received += chunk
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                return LiveProgram(greeting: String(decoding: received[..<end], as: UTF8.self), task: task)
            }
        }
        let result = try await task.value
        throw EndedEarly(result: result)
    }

    struct EndedEarly: Error { let result: RunResult }

    /// Cancels it; a program that was alive ends as `cancelled`.
    func end() async throws -> RunResult {
        task.cancel()
        return try await task.value
    }

    /// Waits for its end by other causes.
    func result() async throws -> RunResult { try await task.value }
}
