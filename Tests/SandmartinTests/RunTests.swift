import ArgumentParser
import Isolation
import Languages
import Sessions
import Synchronization
import Testing

@testable import sandmartin

@Suite struct RunTests {
    // MARK: Exit status

    @Test(
        arguments: [
            (.ok, 0, nil, 0), (.nonzeroExit, 7, nil, 7), (.nonzeroExit, 255, nil, 255),
            (.signaled, nil, "SIGSEGV", 139),
            (.signaled, nil, "SIGTERM", 143), (.timeLimit, nil, nil, 124), (.cpuLimit, nil, "SIGKILL", 124),
            (.memoryLimit, nil, "SIGKILL", 123), (.processLimit, nil, nil, 123), (.outputLimit, nil, nil, 123),
            (.diskLimit, nil, nil, 123), (.compileError, nil, nil, 126), (.blocked, nil, nil, 126),
            (.sandboxError, nil, nil, 125), (.cancelled, nil, nil, 130),
        ] as [(Outcome, Int?, String?, Int32)])
    func theExitStatusTellsTheOutcome(_ outcome: Outcome, _ exitCode: Int?, _ signal: String?, _ status: Int32) {
        var result = Fixture.result(outcome)
        result.run = RunResult(outcome: outcome, exitCode: exitCode, signal: signal)
        #expect(RunExitStatus(result).code == status)
        #expect((RunExitStatus(result).summary == nil) == (outcome == .ok))
    }

    @Test func everyOutcomeHasAStatusWithoutARun() {
        for outcome in Outcome.allCases where outcome != .ok {
            #expect(RunExitStatus(Fixture.result(outcome)).code != 0, "\(outcome)")
        }
    }

    @Test func theSummaryNamesTheCauseOfDeath() {
        let result = Fixture.result(.memoryLimit, explanation: "the program needed more than 256 MiB")
        #expect(RunExitStatus(result).summary == "sandmartin: memory_limit: the program needed more than 256 MiB")
    }

    // MARK: The command line

    @Test func argumentsAfterTheSeparatorAreThePrograms() throws {
        let run = try #require(
            try Sandmartin.parseAsRoot(["run", "a.py", "--timeout", "5", "--set", "port=1", "--", "--json", "x"])
                as? Run)
        #expect(run.arguments == ["--json", "x"])
        #expect(run.timeout == 5)
        #expect(!run.json)
        #expect(try run.options.given() == [.init(option: "--set", key: "port", value: "1")])
    }

    @Test func standardInputCannotBeBothProgramAndInput() throws {
        #expect(throws: (any Error).self) { try Sandmartin.parseAsRoot(["run", "-", "--stdin", "-"]) }
        _ = try Sandmartin.parseAsRoot(["run", "a.py", "--stdin", "-"])
    }

    @Test func anUnknownOptionIsRefused() {
        #expect(throws: (any Error).self) { try Sandmartin.parseAsRoot(["serve", "--prot", "1"]) }
    }

    @Test func theOptionsOfServeAreSettings() throws {
        let serve = try #require(
            try Sandmartin.parseAsRoot(["serve", "--host", "::1", "--port", "1", "--config", "/x.yaml"]) as? Serve)
        #expect(
            serve.given == [
                .init(option: "--host", key: "host", value: "::1"), .init(option: "--port", key: "port", value: "1"),
            ])
        #expect(try serve.options.given() == [.init(option: "--config", key: "config", value: "/x.yaml")])
    }

    @Test func aSettingWithoutAValueIsRefused() throws {
        let serve = try #require(try Sandmartin.parseAsRoot(["serve", "--set", "port"]) as? Serve)
        let error = #expect(throws: ConfigurationError.self) { try serve.options.given() }
        #expect(error?.description == "--set must be followed by key=value, not “port”")
    }

    @Test func everyVerbShowsExamples() {
        for verb in Sandmartin.configuration.subcommands where verb.configuration.shouldDisplay {
            #expect(verb.helpMessage().contains("Examples:"), "\(verb)")
        }
        #expect(Sandmartin.helpMessage().contains("Examples:"))
    }

    // MARK: The way through the engine

    @Test func outputIsPassedOnByteForByteInItsOrder() async throws {
        let bytes: [UInt8] = [0, 0xff, 10, 0xc3]
        let service = ScriptedService([
            .started, .output(.standardOutput, bytes), .output(.standardError, [1]), .output(.standardOutput, [2]),
            .result(Fixture.result(.ok)),
        ])
        let output = RecordedOutput()
        let result = try await Fixture.run(service, output)
        #expect(result.outcome == .ok)
        #expect(
            output.written == [
                .init(bytes: bytes, stream: .standardOutput), .init(bytes: [1], stream: .standardError),
                .init(bytes: [2], stream: .standardOutput),
            ])
        #expect(service.execution.cancellations == 0)
    }

    @Test func whatTheCompilerSaysGoesToStandardError() async throws {
        var compile = RunResult(outcome: .nonzeroExit, exitCode: 1)
        compile.output.combined = Array("main.cpp:1:1: error".utf8)
        let service = ScriptedService([.started, .compiled(compile), .result(Fixture.result(.compileError))])
        let output = RecordedOutput()
        #expect(try await Fixture.run(service, output).outcome == .compileError)
        #expect(output.written == [.init(bytes: compile.output.combined, stream: .standardError)])
    }

    @Test func theProgramEndsWhenNobodyReadsItsOutput() async throws {
        let service = ScriptedService([
            .started, .output(.standardOutput, [1]), .output(.standardOutput, [2]), .result(Fixture.result(.cancelled)),
        ])
        let output = RecordedOutput(isRead: false)
        #expect(try await Fixture.run(service, output).outcome == .cancelled)
        #expect(output.written.count == 1)
        #expect(service.execution.cancellations == 1)
    }

    @Test func anInterruptionEndsTheProgram() async throws {
        // This execution ends only by being cancelled.
        let service = ScriptedService([.started])
        let interruptions = AsyncStream<Void> { $0.yield() }
        let result = try await Fixture.run(service, RecordedOutput(), interruptions: interruptions)
        #expect(result.outcome == .cancelled)
    }

    @Test func aRejectionIsOurFailure() async throws {
        let service = ScriptedService([], rejection: .shuttingDown)
        await #expect(throws: RunFailure.self) { try await Fixture.run(service, RecordedOutput()) }
    }
}

private enum Fixture {
    static let limits = Limits(
        wall: .seconds(1), cpu: .seconds(1), memory: .mebibytes(8), processes: 1, output: .kibibytes(1),
        disk: .mebibytes(1))

    static func result(_ outcome: Outcome, explanation: String? = nil) -> ExecutionResult {
        var generator = SystemRandomNumberGenerator()
        return ExecutionResult(
            id: ExecutionID(using: &generator), language: "python", outcome: outcome, explanation: explanation,
            limits: limits, isolation: IsolationReport(level: .namespaces, layers: []))
    }

    static func run(
        _ service: ScriptedService, _ output: RecordedOutput, interruptions: AsyncStream<Void> = AsyncStream { _ in }
    ) async throws -> ExecutionResult {
        let language = try #require(try LanguageCatalog().languages.first)
        return try await ProgramRun(service: service, output: output, interruptions: interruptions)
            .result(of: ExecutionRequest(code: "x", language: language, limits: limits))
    }
}

private final class RecordedOutput: ProgramOutput {
    struct Chunk: Hashable {
        var bytes: [UInt8]
        var stream: OutputStream
    }

    private let chunks = Mutex<[Chunk]>([])
    private let isRead: Bool
    var written: [Chunk] { chunks.withLock { $0 } }

    init(isRead: Bool = true) { self.isRead = isRead }

    func write(_ bytes: [UInt8], to stream: OutputStream) async -> Bool {
        chunks.withLock { $0.append(Chunk(bytes: bytes, stream: stream)) }
        return isRead
    }
}

/// An engine that tells the events it was given; without a result among them it waits to be cancelled.
private final class ScriptedService: ExecutionService {
    let execution: ScriptedExecution
    private let rejection: ExecutionRejection?

    init(_ events: [ExecutionEvent], rejection: ExecutionRejection? = nil) {
        execution = ScriptedExecution(events)
        self.rejection = rejection
    }

    var languages: LanguageRegistry { LanguageRegistry(entries: []) }
    var limits: LimitPolicy { LimitPolicy(standard: Fixture.limits, maximum: Fixture.limits, compile: Fixture.limits) }
    var isolation: IsolationReport { IsolationReport(level: .namespaces, layers: []) }
    var screening: Screening { .sample }

    func submit(_ request: ExecutionRequest, by caller: Caller) async throws(ExecutionRejection) -> any Execution {
        if let rejection { throw rejection }
        return execution
    }

    func execution(_ id: ExecutionID, of owner: Owner) async -> (any Execution)? { nil }
    func runs(_ query: RunQuery) async throws(StoreFailure) -> [RunSummary] { [] }
    func load() async -> ExecutionLoad {
        ExecutionLoad(running: 0, queued: 0, maximumRunning: 1, maximumQueued: 1, ready: 0, total: 0)
    }
}

private final class ScriptedExecution: Execution {
    let id: ExecutionID
    let language = "python"
    private let stream: AsyncStream<ExecutionEvent>
    private let continuation: AsyncStream<ExecutionEvent>.Continuation
    private let count = Mutex(0)
    var cancellations: Int { count.withLock { $0 } }

    init(_ events: [ExecutionEvent]) {
        var generator = SystemRandomNumberGenerator()
        id = ExecutionID(using: &generator)
        (stream, continuation) = AsyncStream.makeStream()
        for event in events { continuation.yield(event) }
    }

    func events() async -> AsyncStream<ExecutionEvent> { stream }
    func result() async -> ExecutionResult { Fixture.result(.cancelled) }
    func result(within duration: Duration) async -> ExecutionResult? { nil }

    func cancel() async {
        count.withLock { $0 += 1 }
        continuation.yield(.result(Fixture.result(.cancelled)))
    }
}
