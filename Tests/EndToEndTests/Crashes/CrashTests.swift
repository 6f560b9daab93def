import Foundation
import Glibc
import Testing

/// A server that is killed in the middle of its work, again and again, on one data folder: what it acknowledged is there
/// when the next one starts, and nothing of it is left on the machine.
///
/// `CRASHES=50` has it killed so often; `CRASH_SEED` gives other work and other moments.
@Suite(.serialized) struct CrashTests {
    private static let crashes = number("CRASHES") ?? 5
    private static let seed = UInt64(number("CRASH_SEED") ?? 1)

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    private static let key = "the-operators-own-key"

    @Test func whatWasAcknowledgedOutlivesEveryCrashAndNothingElseDoes() async throws {
        let mounts = try HostMounts()
        try await ScratchFolder.with { folder in
            let environment = [
                "DATA_DIR": folder.path, "API_KEY": Self.key, "POLICY": "permissive",
                "QUOTA_RUNS_PER_MINUTE": "1000000", "QUOTA_CONCURRENT_RUNS": "1000", "MAX_QUEUED_RUNS": "1000",
                "QUOTA_CPU_SECONDS_PER_HOUR": "1000000", "SESSION_HIBERNATION": "0.3",
            ]
            var generator = SeededGenerator(seed: Self.seed)
            var ledgers = (0..<4).map { _ in CrashLedger() }
            var records = CrashRecords()
            var traces = HostTraces()
            for crash in 1...Self.crashes {
                (ledgers, traces) = try await ServerProcess.with(environment) { server in
                    let api = server.api.with(key: Self.key)
                    try await Self.expectNothingLeft(of: traces)
                    let inspector = CrashInspector(api: api, folder: folder.path)
                    let settled = try await inspector.reconcile(ledgers, &records)
                    let seeds = settled.map { _ in generator.next() }
                    let delay = Int.random(in: 20...700, using: &generator)
                    return try await Self.work(settled, seeds: seeds, on: server, api, for: .milliseconds(delay))
                }
                #expect(ledgers.flatMap(\.complaints) == [], "crash \(crash)")
            }
            try await ServerProcess.with(environment) { server in
                try await Self.expectNothingLeft(of: traces)
                let inspector = CrashInspector(api: server.api.with(key: Self.key), folder: folder.path)
                ledgers = try await inspector.reconcile(ledgers, &records)
                try await inspector.expectAll(records)
                try await server.api.with(key: Self.key).expectThatTheNextRunWorks()
            }
            let acknowledged = ledgers.reduce(0) { $0 + $1.acknowledged }
            print("\(Self.crashes) crashes, \(acknowledged) acknowledged requests, \(records)")
            // It did have something to lose.
            #expect(acknowledged > Self.crashes * 5)
        }
        #expect(try HostMounts().lines.subtracting(mounts.lines) == [])
    }

    /// Has clients work, and something run that never ends, and kills the server in the middle.
    private static func work(
        _ ledgers: [CrashLedger], seeds: [UInt64], on server: ServerProcess, _ api: APIClient, for duration: Duration
    ) async throws -> ([CrashLedger], HostTraces) {
        _ = try await api.start(RunRequest(code: "setsid sleep 1000 & sleep 1000"))
        return try await withThrowingTaskGroup(of: (Int, CrashLedger).self) { group in
            for (index, ledger) in ledgers.enumerated() {
                group.addTask {
                    var client = CrashClient(
                        api: api, ledger: ledger, generator: SeededGenerator(seed: seeds[index]))
                    return (index, await client.workUntilTheServerIsGone())
                }
            }
            try await Task.sleep(for: duration)
            var traces = HostTraces()
            try traces.add(of: server.pid)
            server.signal(SIGKILL)
            #expect(try await server.exitStatus() == 128 + SIGKILL)
            var ledgers = ledgers
            for try await (index, ledger) in group { ledgers[index] = ledger }
            return (ledgers, traces)
        }
    }

    /// Of the server before.
    private static func expectNothingLeft(of traces: HostTraces) async throws {
        try await eventually("no process of the last server is left") {
            // Also of those that came after the last look.
            try traces.livingProcesses.isEmpty
                && !HostProcess.all.contains { !$0.sandmartinGroups.isDisjoint(with: traces.groups) }
        }
        #expect(traces.groupDirectories == [])
    }
}
