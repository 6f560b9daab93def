import Isolation
import Testing

/// The search that the other tests rely on finds what lives.
@Suite struct MarkTests {
    @Test func markedProcessesAreFoundWhileTheyLive() async throws {
        let mark = "mark-\(UInt64.random(in: 0 ... .max))"
        try await withEngine { engine in
            let live = try await LiveProgram.start(
                python: "tell('alive', 1); import signal; signal.pause()", mark: mark, on: engine)
            #expect(try HostProcesses.marked(mark).count == 1)
            #expect(try await live.end().outcome == .cancelled)
            #expect(try HostProcesses.marked(mark).isEmpty)
        }
    }
}
