import Isolation
import Sessions
import Testing

@Suite struct QueuedExecutionServiceTests {
    @Test func aProgramRunsAndItsResultIsThere() async throws {
        let service = try QueuedExecutionService.sample(ScriptedSandboxes())
        let execution = try await service.submit(.sample("print()"), by: .local)
        let result = await execution.result()
        #expect(result.outcome == .ok)
        #expect(result.id == execution.id)
        #expect(result.language == "python")
        #expect(await service.execution(execution.id, of: .anonymous)?.id == execution.id)
    }

    @Test func aFullQueueIsOverloadedAndForgetsTheRequest() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes, running: 2, queued: 3)
        for _ in 0..<5 { _ = try await service.submit(.sample(""), by: .local) }
        await #expect(throws: ExecutionRejection.self) { try await service.submit(.sample(""), by: .local) }
        let load = await service.load()
        #expect((load.running, load.queued, load.total) == (2, 3, 5))
        #expect(try await service.executions(limit: 100).count == 5)
        gate.open(for: 5)
        for execution in try await service.executions(limit: 100) { #expect(await execution.result().outcome == .ok) }
    }

    @Test func aServiceWithoutAQueueRunsOrRefuses() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes, running: 1, queued: 0)
        let first = try await service.submit(.sample(""), by: .local)
        await #expect(throws: ExecutionRejection.self) { try await service.submit(.sample(""), by: .local) }
        gate.open()
        _ = await first.result()
    }

    @Test func whatWaitsRunsInTheOrderOfItsArrival() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes, running: 1, queued: 20)
        for number in 0..<10 { _ = try await service.submit(request(input: "\(number)"), by: .local) }
        gate.open(for: 10)
        #expect(await sandboxes.started(10) == (0..<10).map(String.init))
    }

    @Test func theNewestAreListedFirst() async throws {
        let service = try QueuedExecutionService.sample(ScriptedSandboxes(), running: 4)
        var ids: [ExecutionID] = []
        for _ in 0..<4 { ids.append(try await service.submit(.sample(""), by: .local).id) }
        #expect(try await service.executions(limit: 100).map(\.id) == ids.reversed())
        #expect(try await service.executions(limit: 2).map(\.id) == [ids[3], ids[2]])
        #expect(try await service.executions(limit: 0).isEmpty)
        #expect(try await service.executions(limit: -1).isEmpty)
    }

    // MARK: Cancelling

    @Test func whatIsCancelledInTheQueueNeverRuns() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes)
        let first = try await service.submit(.sample(""), by: .local)
        let second = try await service.submit(.sample(""), by: .local)
        let third = try await service.submit(.sample(""), by: .local)
        await second.cancel()
        let result = await second.result()
        #expect(result.outcome == .cancelled)
        #expect(result.run == nil)
        #expect(result.explanation == "the run was cancelled before it began")
        #expect(await service.load().queued == 1)
        gate.open(for: 2)
        #expect(await first.result().outcome == .ok)
        #expect(await third.result().outcome == .ok)
        #expect(sandboxes.all.count == 2)
    }

    @Test func whatIsCancelledWhileItRunsEndsAndGivesItsPlaceToTheNext() async throws {
        let sandboxes = ScriptedSandboxes { command, _, _, _ in
            if command.standardInput == Array("hold".utf8) { try await Gate().pass() }
            return RunResult(outcome: .ok)
        }
        let service = try QueuedExecutionService.sample(sandboxes)
        let first = try await service.submit(request(input: "hold"), by: .local)
        let second = try await service.submit(request(input: "pass"), by: .local)
        _ = await sandboxes.started(1)
        await first.cancel()
        #expect(await first.result().outcome == .cancelled)
        #expect(await second.result().outcome == .ok)
    }

    @Test func cancellingTwiceOrAfterTheEndChangesNothing() async throws {
        let service = try QueuedExecutionService.sample(ScriptedSandboxes())
        let execution = try await service.submit(.sample(""), by: .local)
        #expect(await execution.result().outcome == .ok)
        await execution.cancel()
        await execution.cancel()
        #expect(await execution.result().outcome == .ok)
    }

    // MARK: Waiting

    @Test func waitingGivesUpWhenTheTimeIsOver() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes)
        let execution = try await service.submit(.sample(""), by: .local)
        #expect(await execution.result(within: .zero) == nil)
        #expect(await execution.result(within: .milliseconds(5)) == nil)
        gate.open()
        #expect(await execution.result(within: .seconds(600))?.outcome == .ok)
        #expect(await execution.result(within: .zero)?.outcome == .ok)
    }

    @Test func waitingGivesUpWhenItsTaskIsCancelledAndTheProgramGoesOn() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes)
        let execution = try await service.submit(.sample(""), by: .local)
        let waiting = Task { await execution.result(within: .seconds(600)) }
        waiting.cancel()
        #expect(await waiting.value == nil)
        gate.open()
        #expect(await execution.result().outcome == .ok)
    }

    @Test func allWhoWaitAreTold() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes)
        let execution = try await service.submit(.sample(""), by: .local)
        let outcomes = await withTaskGroup(of: Outcome.self) { group in
            for _ in 0..<50 { group.addTask { await execution.result().outcome } }
            gate.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: .ok, count: 50))
    }

    // MARK: Events

    @Test func aListenerHearsEverythingInOrderAndTheResultLast() async throws {
        let (gate, sandboxes) = talking()
        let service = try QueuedExecutionService.sample(sandboxes)
        let execution = try await service.submit(streaming(), by: .local)
        let early = await execution.events()
        _ = await sandboxes.started(1)
        // This one comes when the program has begun: it is told what happened before.
        let late = await execution.events()
        gate.open()
        let expected = ["started", "stdout a", "stderr b", "stdout c", "ok"]
        #expect(await early.words() == expected)
        #expect(await late.words() == expected)
    }

    @Test func aListenerAfterTheEndIsToldTheWholeStory() async throws {
        let (gate, sandboxes) = talking()
        let service = try QueuedExecutionService.sample(sandboxes)
        let execution = try await service.submit(streaming(), by: .local)
        gate.open()
        _ = await execution.result()
        #expect(await execution.events().words() == ["started", "stdout ac", "stderr b", "ok"])
    }

    @Test func whoeverListensToWhatIsCancelledInTheQueueHearsTheEnd() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes)
        _ = try await service.submit(.sample(""), by: .local)
        let waiting = try await service.submit(streaming(), by: .local)
        let events = await waiting.events()
        await waiting.cancel()
        #expect(await events.words() == ["cancelled"])
        gate.open()
    }

    // MARK: Remembering

    @Test func theOldestResultsAreForgottenAboveTheirNumber() async throws {
        let service = try QueuedExecutionService.sample(ScriptedSandboxes()) { $0.maximumRemembered = 3 }
        let ids = try await run(6, on: service)
        await settle(service)
        #expect(try await service.executions(limit: 100).map(\.id) == ids.suffix(3).reversed())
        #expect(await service.execution(ids[0], of: .anonymous) == nil)
        #expect(await service.execution(ids[5], of: .anonymous) != nil)
    }

    @Test func theOldestResultsAreForgottenAboveTheirBytes() async throws {
        let sandboxes = ScriptedSandboxes { _, _, _, _ in
            var result = RunResult(outcome: .ok)
            result.output.combined = [UInt8](repeating: 0, count: 10_000)
            return result
        }
        let service = try QueuedExecutionService.sample(sandboxes) { $0.maximumRememberedBytes = ByteCount(50_000) }
        let ids = try await run(6, on: service)
        await settle(service)
        #expect(try await service.executions(limit: 100).map(\.id) == ids.suffix(2).reversed())
    }

    @Test func whatIsCancelledInTheQueueIsForgottenLikeTheRest() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes) { $0.maximumRemembered = 2 }
        let first = try await service.submit(.sample(""), by: .local)
        for _ in 0..<10 { await (try await service.submit(.sample(""), by: .local)).cancel() }
        // One runs, and two of those that ended are remembered.
        #expect(try await service.executions(limit: 100).count == 3)
        gate.open()
        _ = await first.result()
    }

    @Test func whatRunsIsNeverForgotten() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes) { $0.maximumRemembered = 0 }
        let execution = try await service.submit(.sample(""), by: .local)
        await (try await service.submit(.sample(""), by: .local)).cancel()
        #expect(try await service.executions(limit: 100).map(\.id) == [execution.id])
        gate.open()
        _ = await execution.result()
    }

    // MARK: The end

    @Test func shuttingDownCancelsWhatWaitsAndLetsFinishWhatRuns() async throws {
        let (gate, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes)
        let running = try await service.submit(.sample(""), by: .local)
        let waiting = try await service.submit(.sample(""), by: .local)
        _ = await sandboxes.started(1)
        async let end: Void = service.shutDown(within: .seconds(600))
        #expect(await waiting.result().outcome == .cancelled)
        await #expect(throws: ExecutionRejection.self) { try await service.submit(.sample(""), by: .local) }
        gate.open()
        await end
        #expect(await running.result().outcome == .ok)
        #expect(await service.load().running == 0)
    }

    @Test func shuttingDownEndsWhatDoesNotEndByItself() async throws {
        let (_, sandboxes) = held()
        let service = try QueuedExecutionService.sample(sandboxes, running: 1)
        let running = try await service.submit(.sample(""), by: .local)
        _ = await sandboxes.started(1)
        await service.shutDown(within: .zero)
        #expect(await running.result().outcome == .cancelled)
    }

    @Test func shuttingDownAnIdleServiceReturns() async throws {
        let service = try QueuedExecutionService.sample(ScriptedSandboxes())
        await service.shutDown(within: .seconds(600))
        await #expect(throws: ExecutionRejection.self) { try await service.submit(.sample(""), by: .local) }
    }

    // MARK: Programs

    /// Programs that wait for the gate.
    private func held() -> (Gate, ScriptedSandboxes) {
        let gate = Gate()
        let sandboxes = ScriptedSandboxes { _, _, _, _ in
            try await gate.pass()
            return RunResult(outcome: .ok, exitCode: 0)
        }
        return (gate, sandboxes)
    }

    /// A program that says a on one stream, waits for the gate, and says b and c.
    private func talking() -> (Gate, ScriptedSandboxes) {
        let gate = Gate()
        let sandboxes = ScriptedSandboxes { _, _, observer, _ in
            observer?(.standardOutput, Array("a".utf8))
            try await gate.pass()
            observer?(.standardError, Array("b".utf8))
            observer?(.standardOutput, Array("c".utf8))
            var result = RunResult(outcome: .ok)
            result.output.standardOutput = Array("ac".utf8)
            result.output.standardError = Array("b".utf8)
            return result
        }
        return (gate, sandboxes)
    }

    private func request(input: String) throws -> ExecutionRequest {
        var request = try ExecutionRequest.sample("")
        request.standardInput = Array(input.utf8)
        return request
    }

    private func streaming() throws -> ExecutionRequest {
        var request = try ExecutionRequest.sample("")
        request.streamsOutput = true
        return request
    }

    private func run(_ count: Int, on service: QueuedExecutionService) async throws -> [ExecutionID] {
        var ids: [ExecutionID] = []
        for _ in 0..<count {
            let execution = try await service.submit(.sample(""), by: .local)
            _ = await execution.result()
            ids.append(execution.id)
        }
        return ids
    }

    /// A result is told before it is remembered; shutting down waits for both.
    private func settle(_ service: QueuedExecutionService) async {
        await service.shutDown(within: .seconds(600))
    }
}

extension AsyncStream<ExecutionEvent> {
    /// Every event in one or two words.
    func words() async -> [String] {
        var words: [String] = []
        for await event in self {
            switch event {
            case .started: words.append("started")
            case .compiled(let run): words.append("compiled \(run.outcome.rawValue)")
            case .output(let stream, let bytes):
                words.append("\(stream.rawValue) \(String(decoding: bytes, as: UTF8.self))")
            case .result(let result): words.append(result.outcome.rawValue)
            }
        }
        return words
    }
}
