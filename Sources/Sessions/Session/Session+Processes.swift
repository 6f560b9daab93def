import Isolation

/// Commands that live, and what is left of those that ended.
extension Session {
    private static let absentProcess = SessionRefusal.notFound(what: "process")

    func processes() async -> [ProcessSummary] {
        var summaries: [ProcessSummary] = []
        for record in commands { summaries.append(record.summary(await activity(of: record))) }
        return summaries
    }

    func process(_ pid: Int32) async throws(SessionRefusal) -> ProcessSummary {
        let record = try record(pid)
        return record.summary(await activity(of: record))
    }

    /// Nil also for what ends in this moment.
    private func activity(of record: CommandRecord) async -> CommandActivity? {
        do { return try await record.running?.activity() } catch { return nil }
    }

    func output(of pid: Int32, from offset: Int, limit: Int, wait: Duration) async throws(SessionRefusal)
        -> ProcessOutput
    {
        guard let output = try record(pid).output else {
            throw .conflict("The output of a command that does not run in the background comes with its answer.")
        }
        if wait > .zero { await output.wait(beyond: offset, for: wait) }
        return output.read(from: offset, limit: limit)
    }

    func write(_ bytes: [UInt8], closes: Bool, to pid: Int32) async throws(SessionRefusal) {
        guard let running = try record(pid).running else {
            throw .conflict("The process \(pid) has ended, and reads no more.")
        }
        await abandonWhenCancelled {
            if !bytes.isEmpty { await running.write(bytes) }
            if closes { await running.closeInput() }
        }
    }

    func signal(_ number: Int32?, to pid: Int32) async throws(SessionRefusal) {
        let record = try record(pid)
        guard let running = record.running else { return }
        guard let number else {
            await running.end(.cancelled)
            return await noteEnd(of: record.number, running)
        }
        do { try await running.signal(number) } catch { throw refusal(error, "signal a process") }
    }

    /// Who has ended a command may ask how it ended at once, before the task that follows it has come to that.
    private func noteEnd(of number: Int, _ running: any RunningCommand) async {
        let result: RunResult
        do { result = try await running.result().run } catch { return }
        guard let index = commands.firstIndex(where: { $0.number == number }), case .running = commands[index].phase
        else { return }
        commands[index].phase = .ended(result.withoutOutput)
    }

    /// The last command that had this number.
    private func record(_ pid: Int32) throws(SessionRefusal) -> CommandRecord {
        guard let record = commands.last(where: { $0.pid == pid }) else { throw Self.absentProcess }
        return record
    }
}
