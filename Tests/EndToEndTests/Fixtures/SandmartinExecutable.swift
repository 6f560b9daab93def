import Foundation

/// The real program, which the package manager puts beside the tests.
enum SandmartinExecutable {
    static let url = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "sandmartin")

    /// What a command left: its exit status, and what it wrote.
    struct Ended {
        /// As a shell tells it: 128 and the number of the signal that ended it, if one did.
        let status: Int32
        let standardOutput: String
        let standardError: String
    }

    /// Runs `sandmartin` with the arguments to its end.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> Ended {
        let (output, error, standardInput) = (try ChildPipe(), try ChildPipe(), try ChildPipe())
        let process = process(arguments, environment: environment)
        process.standardInput = standardInput.reading
        process.standardOutput = output.writing
        process.standardError = error.writing
        let (outputReader, errorReader) = (PipeReader(output), PipeReader(error))
        try process.run()
        do {
            for end in [standardInput.reading, output.writing, error.writing] { try end.close() }
            try standardInput.writing.write(contentsOf: Data(input.utf8))
            try standardInput.writing.close()
            try await eventually("sandmartin \(arguments) ended") {
                !process.isRunning && outputReader.isAtEnd && errorReader.isAtEnd
            }
        } catch {
            if process.isRunning { process.terminate() }
            throw error
        }
        let isSignal = process.terminationReason == .uncaughtSignal
        return Ended(
            status: process.terminationStatus + (isSignal ? 128 : 0), standardOutput: outputReader.text,
            standardError: errorReader.text)
    }

    /// A process that was not started yet, with our environment and `environment` over it. It begins with `prefix`, a command
    /// that becomes the program, if there is one.
    static func process(
        _ arguments: [String], environment: [String: String], prefix: [String] = []
    ) -> Process {
        let process = Process()
        let command = prefix + [url.path] + arguments
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        return process
    }
}
