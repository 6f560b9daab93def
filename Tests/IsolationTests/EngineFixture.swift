import Glibc
import Isolation
import LinuxKernel
import Testing

let standardLimits = Limits(
    wall: .seconds(10), cpu: .seconds(10), memory: .mebibytes(256), processes: 64, output: .mebibytes(1),
    disk: .mebibytes(64))

/// The configuration that tests start from.
func standardConfiguration() throws -> EngineConfiguration {
    let own = try #require(HostFile.canonicalPath("/proc/self/exe"))
    let folder = own.split(separator: "/").dropLast().joined(separator: "/")
    var configuration = EngineConfiguration(launcher: "/\(folder)/sandmartin-launcher", standard: standardLimits)
    configuration.poolSize = 2
    configuration.report = { print($0) }
    return configuration
}

/// Runs `body` at each level that this machine has, with an engine of its own, and ends that on every path.
///
/// `differences` name what the test asks for and the level landlock does not give: then it does not run there. Where there
/// is no other level it is cancelled, and so counts as skipped.
func withEngine(
    poolSize: Int = 2, unlike differences: LevelDifference...,
    configure: (inout EngineConfiguration) -> Void = { _ in },
    _ body: (SandboxEngine) async throws -> Void
) async throws {
    try await withEngine(poolSize: poolSize, unlike: differences, configure: configure, body)
}

func withEngine(
    poolSize: Int = 2, unlike differences: [LevelDifference], configure: (inout EngineConfiguration) -> Void = { _ in },
    _ body: (SandboxEngine) async throws -> Void
) async throws {
    var isTried = false
    for level in try await TestLevels.shared.available() {
        if level == .landlock, !differences.isEmpty { continue }
        try await withEngine(at: level, poolSize: poolSize, configure: configure, body)
        isTried = true
    }
    guard !isTried else { return }
    let reason = "not at the level landlock: \(differences.map(\.rawValue).joined(separator: ", "))"
    #if compiler(>=6.3)
        try Test.cancel("\(reason)")
    #else
        print("  \(reason)")
    #endif
}

/// Runs `body` with an engine of that level.
func withEngine(
    at level: IsolationLevel, poolSize: Int = 2, configure: (inout EngineConfiguration) -> Void = { _ in },
    _ body: (SandboxEngine) async throws -> Void
) async throws {
    // `scripts/levels-table` reads it.
    print("  at the level \(level.rawValue): \(Test.current.map { "\($0.id)" } ?? "no test")")
    fflush(nil)
    let engine = try await startEngine(at: level, poolSize: poolSize, configure: configure)
    do {
        try await body(engine)
    } catch {
        await engine.shutDown()
        throw error
    }
    await engine.shutDown()
}

/// For whoever shuts it down.
func startEngine(
    at level: IsolationLevel, poolSize: Int, configure: (inout EngineConfiguration) -> Void = { _ in }
) async throws -> SandboxEngine {
    var configuration = try standardConfiguration()
    configuration.strongest = level
    configuration.weakest = level
    configuration.poolSize = poolSize
    configure(&configuration)
    return try await SandboxEngine.start(configuration)
}

extension SandboxEngine {
    /// Runs a Bash script in a fresh sandbox.
    func run(_ script: String, limits: Limits = standardLimits) async throws -> RunResult {
        let sandbox = try await sandbox(limits: limits)
        let command = Command(
            executable: "/bin/bash", arguments: ["bash", "-c", script],
            environment: ["PATH": "/usr/bin:/bin", "HOME": "/workspace"])
        let result: RunResult
        do {
            result = try await sandbox.run(command, limits: limits, observer: nil)
        } catch {
            await sandbox.destroy()
            throw error
        }
        await sandbox.destroy()
        return result
    }
}

extension RunResult {
    var text: String { String(decoding: output.combined, as: UTF8.self) }
}
