import Isolation
import LinuxKernel
import Synchronization
import Testing

@testable import Sessions

@Suite struct ExecutionRunnerTests {
    @Test func anInterpretedProgramNeedsOneSandbox() async throws {
        let sandboxes = ScriptedSandboxes()
        var request = try ExecutionRequest.sample("print(1)")
        request.files = [WorkspaceFile(path: try WorkspacePath("data.txt"), contents: [1])]
        request.arguments = ["x"]
        let result = try await result(of: request, in: sandboxes)
        #expect(result.outcome == .ok)
        #expect(result.compile == nil)
        let sandbox = try #require(sandboxes.all.first)
        #expect(sandboxes.all.count == 1)
        #expect(sandbox.contents.withLock { $0.files.map(\.path.description) } == ["main.py", "data.txt"])
        #expect(sandbox.contents.withLock { $0.commands.first?.arguments.last } == "x")
        #expect(sandbox.limits == request.limits)
        await sandboxes.waitUntilDestroyed(1)
    }

    @Test func whatTheCompilerMadeTravelsByDescriptorIntoAFreshSandbox() async throws {
        let pipe = try Pipe()
        let program = pipe.readEnd
        let path = try WorkspacePath("program")
        let sandboxes = ScriptedSandboxes { command, _, _, sandbox in
            if command.arguments[0] == "rustc" { sandbox.contents.withLock { $0.left[path] = program } }
            return RunResult(outcome: .ok, exitCode: 0)
        }
        let result = try await result(of: .sample("fn main() {}", language: "rust"), in: sandboxes)
        #expect(result.outcome == .ok)
        #expect(result.compile?.outcome == .ok)
        #expect(sandboxes.all.count == 2)
        #expect(sandboxes.all[0].limits == LimitPolicy.sample.compile)
        #expect(sandboxes.all[1].limits == LimitPolicy.sample.standard)
        // The source stays with the compiler.
        #expect(sandboxes.all[1].contents.withLock { $0.files.isEmpty })
        let carried = sandboxes.all[1].contents.withLock { $0.artifacts }
        #expect(carried.map(\.path) == [path])
        #expect(carried.first?.file === program)
        #expect(carried.first?.isExecutable == true)
        await sandboxes.waitUntilDestroyed(2)
    }

    @Test(arguments: [
        (Outcome.nonzeroExit, Outcome.compileError, "the compiler refused the program"),
        (.signaled, .compileError, "the compiler refused the program"),
        (.memoryLimit, .memoryLimit, "while compiling: because"), (.timeLimit, .timeLimit, "while compiling: because"),
        (.cancelled, .cancelled, "while compiling: because"),
    ])
    func aProgramThatDoesNotCompileNeverRuns(compiler: Outcome, outcome: Outcome, explanation: String) async throws {
        let sandboxes = ScriptedSandboxes { _, _, _, _ in RunResult(outcome: compiler, explanation: "because") }
        let result = try await result(of: .sample("", language: "rust"), in: sandboxes)
        #expect(result.outcome == outcome)
        #expect(result.explanation == explanation)
        #expect(result.run == nil)
        #expect(result.compile?.outcome == compiler)
        #expect(sandboxes.all.count == 1)
        await sandboxes.waitUntilDestroyed(1)
    }

    @Test func aProgramThatHadNotBegunIsGivenAnotherSandbox() async throws {
        let left = Mutex(2)
        let sandboxes = ScriptedSandboxes { _, _, _, _ in
            let isLost = left.withLock { left in
                defer { left -= 1 }
                return left > 0
            }
            if isLost { throw SandboxFailure.lostBeforeStart(during: "a test") }
            return RunResult(outcome: .ok, exitCode: 0)
        }
        let result = try await result(of: .sample("print(1)"), in: sandboxes)
        #expect(result.outcome == .ok)
        #expect(sandboxes.all.count == 3)
        // Each has what was written to the first.
        #expect(sandboxes.all.allSatisfy { $0.contents.withLock { $0.files.count } == 1 })
        await sandboxes.waitUntilDestroyed(3)
    }

    @Test(arguments: [(SandboxFailure.lostBeforeStart(during: "a test"), 3), (.lost(during: "a test"), 1)])
    func aLossIsNotWithoutEndAndNoProgramBeginsTwice(_ failure: SandboxFailure, sandboxes count: Int) async throws {
        let sandboxes = ScriptedSandboxes { _, _, _, _ in throw failure }
        let result = try await result(of: .sample("print(1)"), in: sandboxes)
        #expect(result.outcome == .sandboxError)
        #expect(sandboxes.all.count == count)
        await sandboxes.waitUntilDestroyed(count)
    }

    @Test func everyTestHasAFreshSandboxAndItsOwnInput() async throws {
        let sandboxes = ScriptedSandboxes { command, _, _, _ in
            var result = RunResult(outcome: .ok, exitCode: 0)
            result.output.standardOutput = command.standardInput
            return result
        }
        var request = try ExecutionRequest.sample("")
        request.tests = [
            TestCase(name: "right", standardInput: [65], arguments: ["1"], expectedOutput: "A"),
            TestCase(name: "wrong", standardInput: [66], arguments: ["2"], expectedOutput: "A"),
        ]
        let result = try await result(of: request, in: sandboxes)
        #expect(result.tests.map(\.name) == ["right", "wrong"])
        #expect(result.tests.map(\.verdict) == [.accepted, .wrongAnswer])
        #expect(result.outcome == .ok)
        #expect(!result.isSuccess)
        #expect(result.explanation == "1 of 2 tests accepted")
        #expect(result.run == nil)
        #expect(sandboxes.all.map { $0.contents.withLock { $0.commands[0].arguments.last } } == ["1", "2"])
        await sandboxes.waitUntilDestroyed(2)
    }

    @Test func theFirstTestThatFailsNamesTheOutcomeAndTheOthersStillRun() async throws {
        let sandboxes = ScriptedSandboxes { command, _, _, _ in
            RunResult(outcome: [65: .ok, 66: .timeLimit][command.standardInput[0]] ?? .signaled)
        }
        var request = try ExecutionRequest.sample("")
        request.tests = [65, 66, 67].map { TestCase(name: "\($0)", standardInput: [$0]) }
        let result = try await result(of: request, in: sandboxes)
        #expect(result.outcome == .timeLimit)
        #expect(result.tests.map(\.verdict) == [.accepted, .notAccepted, .notAccepted])
        #expect(result.explanation == "1 of 3 tests accepted")
    }

    @Test func testsStopWhenTheExecutionIsCancelled() async throws {
        let sandboxes = ScriptedSandboxes { command, _, _, _ in
            if command.standardInput == [66] { try await Gate().pass() }
            return RunResult(outcome: .ok)
        }
        var request = try ExecutionRequest.sample("")
        request.tests = [65, 66, 67].map { TestCase(name: "\($0)", standardInput: [$0]) }
        let service = try QueuedExecutionService.sample(sandboxes)
        let execution = try await service.submit(request, by: .local)
        #expect(await sandboxes.started(2) == ["A", "B"])
        await execution.cancel()
        let result = await execution.result()
        #expect(result.outcome == .cancelled)
        #expect(result.tests.map(\.run.outcome) == [.ok, .cancelled])
        #expect(sandboxes.all.count == 2)
    }

    @Test func filesThatDoNotFitAreTheDiskLimitAndNotOurFailure() async throws {
        let sandboxes = ScriptedSandboxes()
        var request = try ExecutionRequest.sample("print(1)")
        request.limits.disk = .mebibytes(1)
        let contents = [UInt8](repeating: 0, count: (1 << 20) + 1)
        request.files = [WorkspaceFile(path: try WorkspacePath("big.bin"), contents: contents)]
        let result = try await result(of: request, in: sandboxes)
        #expect(result.outcome == .diskLimit)
        #expect(result.explanation == "the file big.bin does not fit the disk limit, 1 MiB")
        #expect(result.run == nil)
        await sandboxes.waitUntilDestroyed(1)
    }

    @Test func filesThatDoNotFitWhileCompilingAreMeasuredByTheCompilersLimit() async throws {
        let sandboxes = ScriptedSandboxes()
        var request = try ExecutionRequest.sample("fn main() {}", language: "rust")
        request.limits.disk = .mebibytes(1)
        let contents = [UInt8](repeating: 0, count: LimitPolicy.sample.compile.disk.bytes + 1)
        request.files = [WorkspaceFile(path: try WorkspacePath("big.bin"), contents: contents)]
        let result = try await result(of: request, in: sandboxes)
        #expect(result.outcome == .diskLimit)
        #expect(result.explanation == "while compiling: the file big.bin does not fit the disk limit, 128 MiB")
        #expect(result.run == nil)
        #expect(sandboxes.all.count == 1)
        await sandboxes.waitUntilDestroyed(1)
    }

    @Test func aCompilerThatMakesNothingIsNamedAndNothingRuns() async throws {
        let sandboxes = ScriptedSandboxes()
        let result = try await result(of: .sample("fn main() {}", language: "rust"), in: sandboxes)
        #expect(result.outcome == .compileError)
        #expect(result.explanation == "the compiler reported no error, but made no file program")
        #expect(result.compile?.outcome == .ok)
        #expect(result.run == nil)
        #expect(sandboxes.all.count == 1)
        await sandboxes.waitUntilDestroyed(1)
    }

    @Test(arguments: [
        (SandboxFailure.lost(during: "a secret"), "the sandbox failed; the server's log has the reason" as String?),
        (.notExecutable(path: "/usr/bin/python3", error: .noEntry), nil),
    ])
    func ourFailureIsASandboxError(failure: SandboxFailure, explanation: String?) async throws {
        let sandboxes = ScriptedSandboxes { _, _, _, _ in throw failure }
        let result = try await result(of: .sample(""), in: sandboxes)
        #expect(result.outcome == .sandboxError)
        if let explanation {
            #expect(result.explanation == explanation)
        } else {
            #expect(result.explanation?.hasPrefix("/usr/bin/python3 could not be started: ") == true)
        }
        await sandboxes.waitUntilDestroyed(1)
    }

    @Test func filesAreCollectedOnlyWhereTheyAreAskedFor() async throws {
        var request = try ExecutionRequest.sample("")
        #expect(try await result(of: request, in: ScriptedSandboxes()).files.isEmpty)
        request.collect = [try GlobPattern("*")]
        #expect(try await result(of: request, in: ScriptedSandboxes()).files.map(\.path) == ["collected"])
    }

    @Test func outputIsObservedOnlyWhereItIsAskedFor() async throws {
        let sandboxes = ScriptedSandboxes { _, _, observer, _ in
            RunResult(outcome: observer == nil ? .ok : .signaled)
        }
        var request = try ExecutionRequest.sample("")
        #expect(try await result(of: request, in: sandboxes).outcome == .ok)
        request.streamsOutput = true
        #expect(try await result(of: request, in: sandboxes).outcome == .signaled)
    }

    private func result(of request: ExecutionRequest, in sandboxes: ScriptedSandboxes) async throws -> ExecutionResult {
        try await QueuedExecutionService.sample(sandboxes).submit(request, by: .local).result()
    }
}
