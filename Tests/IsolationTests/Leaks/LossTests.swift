import Foundation
import Glibc
import Isolation
import Testing

/// The launcher or the server may be killed at any moment: runs end with a type, and nothing stays.
@Suite(.serialized) struct LossTests {
    @Test func aLauncherThatIsKilledIsReplaced() async {
        await #expect(processExitsWith: .success) {
            // Asked here and not by the first engine, because it starts some.
            _ = try await TestLevels.shared.available()
            let start = try await HostState.settled()
            let mark = "mark-\(getpid())"
            try await withEngine { engine in
                let source = "tell('alive', 1); import signal; signal.pause()"
                let live = [
                    try await LiveProgram.start(python: source, mark: mark, on: engine),
                    try await LiveProgram.start(python: source, mark: mark, on: engine),
                ]
                #expect(try HostProcesses.marked(mark).count == 2)
                try #require(kill(try Self.launcher(), SIGKILL) == 0)
                for program in live {
                    let result = try await program.result()
                    #expect(result.outcome == .sandboxError)
                    #expect(result.explanation == "the sandbox was lost while the program ran")
                }
                #expect(try HostProcesses.marked(mark).isEmpty)
                // Until the news has reached the pool, a run may be given what has just died: that is typed too.
                let next = try await eventually {
                    do {
                        return try await engine.bash("echo alive").text == "alive\n"
                    } catch is SandboxFailure {
                        return false
                    }
                }
                #expect(next)
            }
            try await expectEventually(start)
        }
    }

    @Test func aServerThatIsKilledTakesItsSandboxesAlong() async throws {
        // What becomes of its cgroups is told here; at the other level it has none (`ConfinedLifeTests`).
        guard try await TestLevels.shared.available().contains(.namespaces) else { return }
        let server = await #expect(processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]) {
            let configuration = try standardConfiguration()
            let engine = try await SandboxEngine.start(configuration)
            let mark = "mark-\(getpid())"
            let live = try await LiveProgram.start(
                python: "tell('alive', 1); import signal; signal.pause()", mark: mark, on: engine)
            let launcher = try Self.launcher()
            let keeper = try #require(try HostProcesses.children(of: launcher).first)
            let group = try HostProcesses.controlGroup(of: [keeper])
            try #require(try HostProcesses.marked(mark).count == 1 && live.greeting.hasPrefix("alive"))
            FileHandle.standardOutput.write(Data("server \(launcher) \(mark) \(group)\n".utf8))
            kill(getpid(), SIGKILL)
        }
        let output = String(decoding: try #require(server).standardOutputContent, as: UTF8.self)
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("server ") }).split(separator: " ")
        #expect(try await eventually { try HostProcesses.marked(String(line[2])).isEmpty })
        #expect(try await eventually { !FileManager.default.fileExists(atPath: "/proc/\(line[1])") })
        // Its cgroups go when the next server starts.
        try await withEngine { engine in
            let next = try await engine.bash("echo alive")
            #expect(next.text == "alive\n")
            let groups = try HostProcesses.controlGroups(named: String(line[3]))
            #expect(groups.isEmpty)
        }
    }

    private static func launcher() throws -> Int32 {
        let child = try #require(try HostProcesses.children(of: getpid()).first { $0.hasSuffix(" launcher") })
        return try #require(Int32(child.split(separator: " ")[0]))
    }
}
