import Foundation
import Glibc
import Isolation
import LinuxKernel
import Testing

/// After many sandboxes of sessions, destroyed in the middle of whatever ran, the host is as it was.
@Suite(.serialized) struct SessionLeakTests {
    private static let slots = 4

    @Test func twoHundredSandboxesLeaveNothing() async {
        await #expect(processExitsWith: .success) {
            let folder = try SessionFolder()
            // Asked here and not by the first engine, because it starts some.
            guard try await TestLevels.shared.available().contains(.namespaces) else { return }
            let host = try await HostState.settled()
            try await withEngine(unlike: .mechanism, configure: { $0.maximumSandboxes = Self.slots }) { engine in
                // Every slot and every kind of use once, before anything is compared.
                try await Self.useAllSlots(of: engine, folder)
                for use in Use.allCases { try await use.run(on: engine, folder) }
                let before = try await EngineState.settled(engine)
                for round in 0..<200 { try await Use.allCases[round % Use.allCases.count].run(on: engine, folder) }
                let same = try await eventually { try EngineState.now() == before }
                let after = try EngineState.now()
                #expect(same)
                #expect(after.launcherDescriptors == before.launcherDescriptors)
                #expect(after.launcherMounts == before.launcherMounts)
                #expect(after.keepers == before.keepers)
                #expect(after.controlGroups == before.controlGroups)
                #expect(after.host.descriptors == before.host.descriptors)
                #expect(after.host.mounts == before.host.mounts)
                #expect(try Self.processes(of: folder.identity.user).isEmpty)
            }
            try await expectEventually(host)
        }
    }

    /// The pool has two sandboxes of its own.
    private static func useAllSlots(of engine: SandboxEngine, _ folder: SessionFolder) async throws {
        var live: [any SessionSandbox] = []
        for _ in 0..<slots - 2 { live.append(try await engine.sandbox(for: try folder.specification(on: engine))) }
        for sandbox in live { await sandbox.destroy() }
    }

    private static func processes(of user: UInt32) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            var status = stat()
            return Int(name) != nil && lstat("/proc/\(name)", &status) == 0 && status.st_uid == user
        }
    }
}

/// What goes on in a sandbox when it is destroyed.
private enum Use: CaseIterable {
    case nothing, ended, running, tree, bomb, terminal, unread, flood, input, starting, failed, killed

    func run(on engine: SandboxEngine, _ folder: SessionFolder) async throws {
        let sandbox = try await engine.sandbox(for: try folder.specification(on: engine))
        do {
            try await use(sandbox)
        } catch {
            await sandbox.destroy()
            throw error
        }
        await sandbox.destroy()
        #expect(await sandbox.liveCommands == 0, "\(self)")
    }

    private static let forks = "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"

    private func use(_ sandbox: any SessionSandbox) async throws {
        switch self {
        case .nothing: break
        case .ended: #expect(try await sandbox.shell("export A=1; cd /tmp; echo a > b").run.outcome == .ok)
        case .running: for _ in 1...3 { _ = try await sandbox.start(shell: "sleep 1000") }
        case .tree:
            let result = try await sandbox.shell("(setsid sleep 1000 &); sleep 1001 & sh -c 'kill -STOP $$' &")
            #expect(result.hasBackground)
        case .bomb: _ = try await sandbox.start(shell: "python3 -c '\(Self.forks)'")
        case .terminal, .unread:
            let terminal = try await sandbox.start(
                self == .terminal
                    ? .interactiveShell(state: nil, environment: shellEnvironment)
                    : .program(Command(executable: "/usr/bin/yes", arguments: ["yes"])),
                limits: standardCommandLimits, on: TerminalSize(rows: 24, columns: 80))
            if self == .terminal { #expect(try await terminal.read() != nil) }
        case .flood:
            var limits = standardCommandLimits
            limits.endsFlood = false
            _ = try await sandbox.start(shell: "yes", limits: limits)
        case .input:
            var command = SessionCommand.shell("sleep 1000", state: nil, environment: shellEnvironment)
            command.keepsInputOpen = true
            let running = try await sandbox.start(command, limits: standardCommandLimits, observer: nil)
            async let written: Void = running.write([UInt8](repeating: 0, count: 1 << 20))
            await sandbox.destroy()
            await written
        case .starting:
            async let started = Self.start(sandbox)
            await sandbox.destroy()
            await started
        case .failed:
            let missing = SessionCommand.program(Command(executable: "/missing", arguments: ["x"]))
            await #expect(throws: SandboxFailure.self) {
                try await sandbox.start(missing, limits: standardCommandLimits, observer: nil)
            }
        case .killed: #expect(try await sandbox.shell("kill -KILL -1").run.outcome == .signaled)
        }
    }

    /// Starts in a sandbox that is being destroyed: either it is too late, or the command is cancelled.
    private static func start(_ sandbox: any SessionSandbox) async {
        do {
            let command = try await sandbox.start(shell: "sleep 1000")
            #expect(try await command.result().run.outcome == .cancelled)
        } catch SandboxFailure.lost {
            // Too late.
        } catch {
            Issue.record("\(error)")
        }
    }
}
