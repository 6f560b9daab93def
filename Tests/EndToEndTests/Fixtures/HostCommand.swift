import Foundation
import Glibc
import Testing

/// A program of this machine, run to its end or for as long as something needs it.
struct HostCommand: Sendable {
    var executable: String
    var arguments: [String]
    /// Over our own environment.
    var environment: [String: String] = [:]
    var folder: String?

    /// Runs it to its end, for ten minutes at most, which is long for any machine.
    func run() async throws -> SandmartinExecutable.Ended {
        let started = try start()
        do {
            let deadline = ContinuousClock.now + .seconds(600)
            while started.process.isRunning || !started.output.isAtEnd || !started.error.isAtEnd {
                guard ContinuousClock.now < deadline else {
                    throw DeadlineExceeded(condition: "\(executable) \(arguments) ended")
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        } catch {
            started.kill()
            throw error
        }
        let isSignal = started.process.terminationReason == .uncaughtSignal
        return .init(
            status: started.process.terminationStatus + (isSignal ? 128 : 0), standardOutput: started.output.text,
            standardError: started.error.text)
    }

    /// Has `body` use it while it runs, with what it writes to standard output, and ends it.
    func whileRunning<Value: Sendable>(_ body: (PipeReader) async throws -> Value) async throws -> Value {
        let started = try start()
        defer { started.kill() }
        return try await body(started.output)
    }

    private struct Started {
        let process: Process
        let output: PipeReader
        let error: PipeReader

        func kill() {
            if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        }
    }

    private func start() throws -> Started {
        let (output, error) = (try ChildPipe(), try ChildPipe())
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output.writing
        process.standardError = error.writing
        let started = Started(process: process, output: PipeReader(output), error: PipeReader(error))
        try process.run()
        for end in [output.writing, error.writing] { try end.close() }
        return started
    }
}
