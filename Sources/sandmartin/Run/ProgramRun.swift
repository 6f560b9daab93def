import Isolation
import Sessions

/// One program on its way through the engine: its output is passed on while it runs.
struct ProgramRun: Sendable {
    let service: any ExecutionService
    let output: any ProgramOutput
    /// Each element asks for the end; there may be none.
    let interruptions: AsyncStream<Void>

    /// The result, after all output was written. Ends early, as `cancelled`, when it is interrupted or nobody reads the
    /// output any more.
    func result(of request: ExecutionRequest) async throws -> ExecutionResult {
        let execution: any Execution
        do {
            execution = try await service.submit(request, by: .local)
        } catch {
            throw RunFailure("the engine did not accept the program: \(error)")
        }
        return await withTaskGroup(of: ExecutionResult?.self) { group in
            group.addTask {
                for await _ in interruptions { await execution.cancel() }
                return nil
            }
            group.addTask { await follow(execution) }
            var result: ExecutionResult?
            while result == nil, let ended = await group.next() { result = ended }
            group.cancelAll()
            if let result { return result }
            return await execution.result()
        }
    }

    private func follow(_ execution: any Execution) async -> ExecutionResult {
        var isRead = true
        for await event in await execution.events() {
            switch event {
            case .started: break
            case .compiled(let run): isRead = await pass(run.output.combined, to: .standardError, isRead, execution)
            case .output(let stream, let bytes): isRead = await pass(bytes, to: stream, isRead, execution)
            case .result(let result): return result
            }
        }
        return await execution.result()
    }

    /// Writes, and cancels the execution the first time that this is in vain.
    private func pass(
        _ bytes: [UInt8], to stream: OutputStream, _ isRead: Bool, _ execution: any Execution
    ) async -> Bool {
        guard isRead, !bytes.isEmpty else { return isRead }
        let isStillRead = await output.write(bytes, to: stream)
        if !isStillRead { await execution.cancel() }
        return isStillRead
    }
}
