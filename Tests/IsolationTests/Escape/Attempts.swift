import Isolation
import Testing

/// What a program answered to each thing that it tried, by name: `ok`, the errno's name, or what it found.
typealias Answers = [String: String]

extension SandboxEngine {
    /// Runs one program with its files in a fresh sandbox.
    func run(
        _ command: Command, files: [WorkspaceFile] = [], limits: Limits = standardLimits,
        observer: OutputObserver? = nil
    ) async throws -> RunResult {
        let sandbox = try await sandbox(limits: limits)
        let result: RunResult
        do {
            for file in files { try await sandbox.write(file) }
            result = try await sandbox.run(command, limits: limits, observer: observer)
        } catch {
            await sandbox.destroy()
            throw error
        }
        await sandbox.destroy()
        return result
    }

    /// Runs a Python program; the names of `attempt.py` are there.
    func python(
        _ source: String, _ arguments: [String] = [], files: [WorkspaceFile] = [], input: [UInt8] = [],
        environment: [String: String] = programEnvironment, limits: Limits = standardLimits,
        observer: OutputObserver? = nil
    ) async throws -> RunResult {
        let program = try [
            WorkspaceFile(path: WorkspacePath("attempt.py"), contents: Array(attemptModule.utf8)),
            WorkspaceFile(
                path: WorkspacePath("program.py"), contents: Array(("from attempt import *\n" + source).utf8)),
        ]
        let command = Command(
            executable: "/usr/bin/python3", arguments: ["python3", "-B", "-S", "program.py"] + arguments,
            environment: environment, standardInput: input)
        return try await run(command, files: program + files, limits: limits, observer: observer)
    }

    /// Runs a Bash script.
    func bash(
        _ script: String, files: [WorkspaceFile] = [], input: String = "",
        environment: [String: String] = programEnvironment, limits: Limits = standardLimits
    ) async throws -> RunResult {
        let command = Command(
            executable: "/bin/bash", arguments: ["bash", "-c", script], environment: environment,
            standardInput: Array(input.utf8))
        return try await run(command, files: files, limits: limits)
    }

    /// Runs a Python program that tries things, and tells how each went.
    func attempts(
        _ source: String, _ arguments: [String] = [], files: [WorkspaceFile] = [], limits: Limits = standardLimits,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answers {
        let result = try await python(source, arguments, files: files, limits: limits)
        try #require(result.outcome == .ok, "\(result.text)", sourceLocation: sourceLocation)
        return result.answers
    }
}

extension RunResult {
    /// The lines of standard output that consist of a name, a tab and an answer.
    var answers: Answers {
        let lines = String(decoding: output.standardOutput, as: UTF8.self).split(separator: "\n")
        let pairs = lines.map { $0.split(separator: "\t", maxSplits: 1).map(String.init) }.filter { $0.count == 2 }
        return Answers(pairs.map { ($0[0], $0[1]) }) { _, last in last }
    }
}

let programEnvironment = ["PATH": "/usr/bin:/bin", "HOME": "/workspace"]

/// The errors of a call that is refused whoever asks: by the mount, by the owner, by Landlock, or because the name does
/// not exist. Which of them speaks first differs between kernels.
let refusals: Set<String> = ["EACCES", "EPERM", "EROFS", "ENOENT", "EXDEV", "ELOOP", "ENOTDIR"]

/// Limits that leave the clock out of the picture, for programs that do much on a slow machine.
func patientLimits(
    memory: ByteCount = .mebibytes(256), processes: Int = 64, disk: ByteCount = .mebibytes(64),
    output: ByteCount = .mebibytes(1)
) -> Limits {
    Limits(
        wall: .seconds(120), cpu: .seconds(120), memory: memory, processes: processes, output: output, disk: disk)
}

/// The Python side: `attempt` tries, `tell` reports.
private let attemptModule = """
    import errno, os, sys

    def tell(name, value):
        print(name, value, sep="\\t", flush=True)

    def answer(action):
        try:
            value = action()
            return "ok" if value is None or not isinstance(value, str) else value
        except OSError as error:
            return errno.errorcode.get(error.errno, str(error))
        except Exception as error:
            return type(error).__name__

    def attempt(name, action):
        tell(name, answer(action))
        return None
    """
