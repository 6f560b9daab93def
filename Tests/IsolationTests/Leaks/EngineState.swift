import Foundation
import Glibc
import Isolation
import Testing

/// What a live engine holds; the pool is full.
struct EngineState: Equatable {
    let host: HostState
    let launcherDescriptors: [String]
    let launcherMounts: [String]
    /// How many, because each is replaced after its use.
    let keepers: Int
    let controlGroups: Int

    static func settled(_ engine: SandboxEngine) async throws -> EngineState {
        try #require(try await eventually { await engine.readyCount == 2 })
        return try now()
    }

    static func now() throws -> EngineState {
        let children = try HostProcesses.children(of: getpid())
        let launcher = try #require(children.first { $0.hasSuffix(" launcher") }).split(separator: " ")[0]
        let keepers = try HostProcesses.children(of: try #require(Int32(launcher)))
        let group = try HostProcesses.controlGroup(of: keepers)
        return EngineState(
            host: try HostState.now(),
            launcherDescriptors: try HostState.descriptors(of: String(launcher)),
            launcherMounts: try HostState.lines(of: "/proc/\(launcher)/mountinfo"),
            keepers: keepers.count, controlGroups: try HostProcesses.controlGroupCount(under: group))
    }
}
