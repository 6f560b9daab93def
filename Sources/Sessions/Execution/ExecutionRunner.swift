import Isolation
import Languages
import LinuxKernel
import Logging

/// Carries one execution out: compile if the language asks for it, then the program, or the program once for each test.
///
/// Every step has a fresh sandbox, or all have the session's, where what one leaves is there for the next. What the
/// compiler made travels from one to the next by descriptor, so that neither the compiler's leftovers nor one test's are
/// there for the next.
struct ExecutionRunner: Sendable {
    let sandboxes: any SandboxSource
    /// For programs that run in a session; nil: there are none.
    var sessions: (any SessionPrograms)?
    let languages: LanguageRegistry
    let compileLimits: Limits
    let logger: Logger

    /// Where the steps of one execution run.
    private enum Place: Sendable {
        case ownSandbox
        case session(SessionID, Caller)
    }

    /// What is put into a sandbox before a program starts there.
    private struct Contents {
        var files: [WorkspaceFile]
        var artifacts: [Artifact] = []
    }

    private struct Artifact {
        let path: WorkspacePath
        let file: SharedDescriptor
        let size: ByteCount
    }

    private struct Compilation {
        let run: RunResult
        var artifacts: [Artifact] = []
        /// What should be there and is not, although the compiler is content.
        var missing: WorkspacePath?
    }

    func result(of request: ExecutionRequest, for execution: RecordedExecution) async -> ExecutionResult {
        var result = ExecutionResult(
            id: execution.id, language: execution.language, outcome: .ok, limits: request.limits,
            isolation: isolation(of: request))
        result.securityReport = execution.securityReport
        result.queued = execution.accepted.duration(to: .now)
        execution.tell(.started)
        do {
            try await perform(request, for: execution, into: &result)
        } catch {
            fail(&result, error)
        }
        return result
    }

    /// The walls that are in force for a request.
    func isolation(of request: ExecutionRequest) -> IsolationReport {
        if request.session != nil, let sessions { sessions.isolation } else { sandboxes.isolation }
    }

    private func perform(
        _ request: ExecutionRequest, for execution: RecordedExecution, into result: inout ExecutionResult
    ) async throws(SandboxFailure) {
        guard let toolchain = languages.language(named: request.language.name)?.toolchain else {
            throw .notExecutable(path: request.language.name, error: .noEntry)
        }
        let program = Program(
            code: request.code, language: request.language, toolchain: toolchain, arguments: request.arguments,
            environment: request.environment, standardInput: request.standardInput)
        let place = request.session.map { Place.session($0, execution.caller) } ?? .ownSandbox
        var contents = Contents(files: request.files)
        if let compile = program.compile {
            let compilation: Compilation
            do {
                compilation = try await self.compile(compile, program, contents, in: place)
            } catch {
                return fail(&result, error, whileCompiling: true)
            }
            result.compile = compilation.run
            execution.tell(.compiled(compilation.run))
            if explain(&result, compilation) { return }
            // In a session they are where the compiler left them.
            if request.session == nil { contents.artifacts = compilation.artifacts } else { contents.files = [] }
        } else {
            contents.files.insert(program.sourceFile, at: 0)
        }
        if request.tests.isEmpty {
            let observer: OutputObserver? =
                request.streamsOutput ? { @Sendable in execution.tell(.output($0, $1)) } : nil
            let (run, files) = try await run(program.run, contents, request, in: place, observer: observer)
            result.run = run
            result.files = files
            result.outcome = run.outcome
            result.explanation = run.explanation
        } else {
            try await runTests(program.run, contents, request, in: place, into: &result)
        }
    }

    // MARK: Steps

    private func compile(
        _ command: Command, _ program: Program, _ contents: Contents, in place: Place
    ) async throws(SandboxFailure) -> Compilation {
        try await withSandbox(compileLimits, in: place) { sandbox throws(SandboxFailure) in
            try await put(Contents(files: [program.sourceFile] + contents.files), into: sandbox)
            var compilation = Compilation(
                run: try await sandbox.run(command, limits: compileLimits, observer: nil))
            for path in program.artifacts where compilation.run.outcome == .ok {
                if let (file, size) = try await sandbox.open(path) {
                    compilation.artifacts.append(Artifact(path: path, file: file, size: size))
                } else {
                    compilation.missing = path
                }
            }
            return compilation
        }
    }

    private func run(
        _ command: Command, _ contents: Contents, _ request: ExecutionRequest, in place: Place,
        observer: OutputObserver? = nil
    ) async throws(SandboxFailure) -> (RunResult, [CollectedFile]) {
        try await withSandbox(request.limits, in: place) { sandbox throws(SandboxFailure) in
            try await put(contents, into: sandbox)
            let run = try await sandbox.run(command, limits: request.limits, observer: observer)
            let files =
                request.collect.isEmpty ? [] : try await sandbox.collect(request.collect, caps: CollectionCaps())
            return (run, files)
        }
    }

    private func runTests(
        _ command: Command, _ contents: Contents, _ request: ExecutionRequest, in place: Place,
        into result: inout ExecutionResult
    ) async throws(SandboxFailure) {
        for test in request.tests {
            var command = command
            command.arguments += test.arguments
            command.standardInput = test.standardInput
            let (run, _) = try await run(command, contents, request, in: place)
            result.tests.append(TestResult(name: test.name, verdict: test.verdict(of: run), run: run))
            if run.outcome == .cancelled { break }
        }
        // The first failure names the whole.
        let failed = result.tests.first { $0.run.outcome != .ok }
        result.outcome = failed?.run.outcome ?? .ok
        let accepted = result.tests.count { $0.verdict == .accepted }
        if accepted < request.tests.count {
            result.explanation = "\(accepted) of \(request.tests.count) tests accepted"
        }
    }

    private func put(_ contents: Contents, into sandbox: any ProgramSandbox) async throws(SandboxFailure) {
        for file in contents.files { try await sandbox.write(file) }
        for artifact in contents.artifacts {
            try await sandbox.write(artifact.file, size: artifact.size, to: artifact.path, isExecutable: true)
        }
    }

    /// How often more a program that had not begun when its sandbox was lost is given another.
    private static let patience = 2

    private func withSandbox<Value>(
        _ limits: Limits, in place: Place, _ body: (any ProgramSandbox) async throws(SandboxFailure) -> Value
    ) async throws(SandboxFailure) -> Value {
        for _ in 0..<Self.patience {
            do throws(SandboxFailure) {
                return try await withOneSandbox(limits, in: place, body)
            } catch {
                guard case .lostBeforeStart(let step) = error else { throw error }
                logger.warning("a sandbox was lost before its program began", metadata: ["during": "\(step)"])
            }
        }
        return try await withOneSandbox(limits, in: place, body)
    }

    /// The sandbox is destroyed behind the answer, which does not wait for that.
    private func withOneSandbox<Value>(
        _ limits: Limits, in place: Place, _ body: (any ProgramSandbox) async throws(SandboxFailure) -> Value
    ) async throws(SandboxFailure) -> Value {
        guard !Task.isCancelled else { throw .cancelled }
        let sandbox = try await sandbox(limits, in: place)
        do throws(SandboxFailure) {
            let value = try await body(sandbox)
            await sandbox.retire()
            return value
        } catch {
            await sandbox.retire()
            throw error
        }
    }

    private func sandbox(_ limits: Limits, in place: Place) async throws(SandboxFailure) -> any ProgramSandbox {
        switch place {
        case .ownSandbox: return try await sandboxes.sandbox(limits: limits)
        case .session(let id, let caller):
            do throws(SessionRefusal) {
                guard let sessions else { throw .notFound(what: "session") }
                return try await sessions.sandbox(in: id, for: caller)
            } catch {
                switch error {
                case .shuttingDown: throw .shuttingDown
                // It was there when the request came, and has ended.
                case .notFound: throw .cancelled
                default: throw .lost(during: "the opening of a session's workspace")
                }
            }
        }
    }

    // MARK: Words

    /// False when there is a program to run.
    private func explain(_ result: inout ExecutionResult, _ compilation: Compilation) -> Bool {
        switch compilation.run.outcome {
        case .ok:
            guard let missing = compilation.missing else { return false }
            result.outcome = .compileError
            result.explanation = "the compiler reported no error, but made no file \(missing)"
        case .nonzeroExit, .signaled:
            result.outcome = .compileError
            result.explanation = "the compiler refused the program"
        default:
            result.outcome = compilation.run.outcome
            result.explanation = compilation.run.explanation.map { "while compiling: \($0)" }
        }
        return true
    }

    private func fail(_ result: inout ExecutionResult, _ failure: SandboxFailure, whileCompiling: Bool = false) {
        let step = whileCompiling ? "while compiling: " : ""
        switch failure {
        case .cancelled:
            result.outcome = .cancelled
            result.explanation = "the run was cancelled"
        case .notWritable(Session.firstDirectory, _, .noSpace):
            result.outcome = .diskLimit
            result.explanation = "\(step)the workspace of the session is full; delete some of its files first"
        case .notWritable(let path, _, let error) where error == .noSpace:
            result.outcome = .diskLimit
            let limit = (whileCompiling ? compileLimits : result.limits).disk
            result.explanation = "\(step)the file \(path) does not fit the disk limit, \(limit.mebibytes) MiB"
        case .invalidCommand(let reason):
            result.outcome = .sandboxError
            result.explanation = "\(step)the program \(reason)"
        case .busy, .noProcessLeft:
            result.outcome = .sandboxError
            result.explanation = "\(step)the session has as many processes as it may have; end some first"
        case .notExecutable(let path, let error):
            result.outcome = .sandboxError
            result.explanation = "\(step)\(path) could not be started: \(error)"
        default:
            result.outcome = .sandboxError
            result.explanation = "the sandbox failed; the server's log has the reason"
        }
        guard result.outcome == .sandboxError else { return }
        logger.error("sandbox failed", metadata: ["run_id": "\(result.id)", "reason": "\(failure)"])
    }
}

extension TestCase {
    func verdict(of run: RunResult) -> TestResult.Verdict {
        guard run.outcome == .ok else { return .notAccepted }
        guard let expectedOutput else { return .accepted }
        // What is missing in the middle cannot be what was expected, although the rest may look like it.
        guard !run.output.isTruncated else { return .wrongAnswer }
        let isExpected = Self.significant(run.output.standardOutput) == Self.significant(Array(expectedOutput.utf8))
        return isExpected ? .accepted : .wrongAnswer
    }

    /// Lines without trailing white space, and without empty lines at the end: what judges compare. In bytes, because a
    /// line that ends with CR LF ends, for characters, with one character that is not a line feed.
    private static func significant(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            var line = line
            while let last = line.last, last == 0x20 || (0x09...0x0D).contains(last) { line.removeLast() }
            return line
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
