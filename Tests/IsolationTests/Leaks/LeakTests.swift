import Foundation
import Isolation
import LinuxKernel
import Testing

/// After many runs of every fate the host is as it was: nothing accumulates, while the engine lives and when it has ended.
@Suite(.serialized) struct LeakTests {
    /// 36 rounds of every fate: 504 runs.
    private static let rounds = 36
    /// Each keeps its cgroup and its network, so all of them must have been used once before anything is compared.
    private static let slots = 6

    @Test func fiveHundredRunsOfEveryFateLeaveNothing() async {
        await #expect(processExitsWith: .success) {
            // Asked here and not by the first engine, because it starts some.
            guard try await TestLevels.shared.available().contains(.namespaces) else { return }
            let host = try await HostState.settled()
            try await withEngine(unlike: .mechanism, configure: { $0.maximumSandboxes = Self.slots }) { engine in
                try await engine.requireLimits()
                try await Self.useAllSlots(of: engine)
                // The first use of anything is allowed to cost: slots, buffers, threads.
                for fate in Fate.allCases { try await fate.run(on: engine) }
                let before = try await EngineState.settled(engine)
                for _ in 0..<Self.rounds {
                    for fate in Fate.allCases { try await fate.run(on: engine) }
                }
                let same = try await eventually { try EngineState.now() == before }
                let after = try EngineState.now()
                #expect(same)
                // In words, because the state of the other process is not shown.
                if !same { print("before: \(before)\nafter: \(after)") }
                #expect(after.launcherDescriptors == before.launcherDescriptors)
                #expect(after.launcherMounts == before.launcherMounts)
                #expect(after.keepers == before.keepers)
                #expect(after.controlGroups == before.controlGroups)
                #expect(after.host.descriptors == before.host.descriptors)
            }
            try await expectEventually(host)
        }
    }

    /// Slots that a burst made are given up when nobody needs them, and can be made again.
    @Test func aBurstLeavesNoSlots() async {
        await #expect(processExitsWith: .success) {
            try await withEngine(unlike: .mechanism, configure: { $0.maximumSandboxes = 20 }) { engine in
                for _ in 1...2 {
                    var live: [any ProgramSandbox] = []
                    for _ in 0..<18 { live.append(try await engine.sandbox(limits: standardLimits)) }
                    let most = try EngineState.now()
                    #expect(most.controlGroups >= 18)
                    for sandbox in live { await sandbox.destroy() }
                    // Two stand ready, and six rest, of twenty.
                    let isLess = try await eventually {
                        try EngineState.now().controlGroups * 2 < most.controlGroups
                    }
                    #expect(isLess)
                    #expect(try EngineState.now().host.descriptors.count < most.host.descriptors.count)
                    #expect(try await engine.bash("echo fine").text == "fine\n")
                }
            }
        }
    }

    private static func useAllSlots(of engine: SandboxEngine) async throws {
        var live: [any ProgramSandbox] = []
        for _ in 0..<slots { live.append(try await engine.sandbox(limits: standardLimits)) }
        for sandbox in live { await sandbox.destroy() }
    }
}

/// The ways in which a run can go.
private enum Fate: CaseIterable {
    case ok, exitCode, signal, daemon, flood, forks, memory, disk, largeFile, time, processorTime, cancelled
    case missingProgram, unused

    func run(on engine: SandboxEngine) async throws {
        switch self {
        case .ok: try await expect("echo fine", .ok, on: engine)
        case .exitCode: try await expect("exit 3", .nonzeroExit, on: engine)
        case .signal: try await expect("kill -SEGV $$", .signaled, on: engine)
        case .daemon: try await expect("setsid sleep 100 >/dev/null 2>&1 & echo $!", .ok, on: engine)
        case .flood: try await expect("exec yes", .outputLimit, limits(output: .kibibytes(64)), on: engine)
        case .forks: try await expect("f() { f | f & }; f; sleep 100", .processLimit, on: engine)
        case .memory: try await expect("exec tail /dev/zero", .memoryLimit, limits(memory: .mebibytes(32)), on: engine)
        case .disk: try await expect("exec cat /dev/zero > file", .diskLimit, limits(disk: .mebibytes(8)), on: engine)
        case .largeFile: try await expect("exec truncate -s 1T file", .diskLimit, on: engine)
        case .time: try await expect("exec sleep 100", .timeLimit, limits(wall: .milliseconds(50)), on: engine)
        case .processorTime:
            try await expect("while :; do :; done", .cpuLimit, limits(cpu: .milliseconds(50)), on: engine)
        case .cancelled: try await cancel(on: engine)
        case .missingProgram: try await startNothing(on: engine)
        case .unused: try await engine.sandbox(limits: standardLimits).destroy()
        }
    }

    private func limits(
        wall: Duration = .seconds(60), cpu: Duration = .seconds(60), memory: ByteCount = .mebibytes(256),
        output: ByteCount = .mebibytes(1), disk: ByteCount = .mebibytes(64)
    ) -> Limits {
        Limits(wall: wall, cpu: cpu, memory: memory, processes: 64, output: output, disk: disk)
    }

    private func expect(
        _ script: String, _ outcome: Outcome, _ limits: Limits? = nil, on engine: SandboxEngine
    ) async throws {
        let result = try await engine.bash(script, limits: limits ?? self.limits())
        #expect(result.outcome == outcome, "\(self): \(result.text.prefix(200))")
    }

    private func cancel(on engine: SandboxEngine) async throws {
        let program = try await LiveProgram.start(python: "tell('alive', 1); import signal; signal.pause()", on: engine)
        let result = try await program.end()
        #expect(result.outcome == .cancelled)
    }

    private func startNothing(on engine: SandboxEngine) async throws {
        let sandbox = try await engine.sandbox(limits: standardLimits)
        let nothing = Command(executable: "/usr/bin/nothing", arguments: ["nothing"])
        await #expect(throws: SandboxFailure.notExecutable(path: "/usr/bin/nothing", error: .noEntry)) {
            _ = try await sandbox.run(nothing, limits: standardLimits, observer: nil)
        }
        await sandbox.destroy()
    }
}
