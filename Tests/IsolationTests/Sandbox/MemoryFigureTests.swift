import Isolation
import Testing

@Suite(.serialized) struct MemoryFigureTests {
    /// In one slot: what an earlier program was charged for is there already when the next one runs.
    @Test(arguments: [":", "/usr/bin/true", "sleep 0.1"])
    func aSmallProgramTakesAsMuchMemoryEachTime(_ script: String) async throws {
        try await withEngine(poolSize: 1, configure: { $0.maximumSandboxes = 1 }) { engine in
            for _ in 0..<5 {
                let result = try await engine.run(script)
                #expect(result.outcome == .ok)
                // Bash with its libraries.
                #expect(result.usage.peakMemory >= .mebibytes(1))
                #expect(result.usage.peakMemory <= .mebibytes(64))
            }
        }
    }

    @Test func aRunThatWeEndedTookMemoryToo() async throws {
        try await withEngine(poolSize: 1, configure: { $0.maximumSandboxes = 1 }) { engine in
            var limits = standardLimits
            limits.wall = .milliseconds(50)
            for _ in 0..<5 {
                let result = try await engine.run("exec sleep 600", limits: limits)
                #expect(result.outcome == .timeLimit)
                #expect(result.usage.peakMemory > ByteCount(0))
            }
        }
    }

    @Test func noMoreIsToldThanTheLimitAllowed() async throws {
        var limits = standardLimits
        limits.memory = .mebibytes(64)
        let filling = "import mmap; mmap.mmap(-1, 1 << 30).write(bytes(1 << 30))"
        try await withEngine { engine in
            let result = try await engine.run("exec python3 -S -c '\(filling)'", limits: limits)
            #expect(result.outcome == .memoryLimit)
            #expect(result.usage.peakMemory <= limits.memory)
            #expect(result.usage.peakMemory >= .mebibytes(32))
        }
    }
}
