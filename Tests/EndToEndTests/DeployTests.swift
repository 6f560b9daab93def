import Foundation
import Testing

/// What can be seen of `deploy/` without making a container: its files against the sources.
@Suite(.needsDeveloperMachine) struct DeployTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func itsFilesHold() async throws {
        let ended = try await HostCommand(
            executable: "/usr/bin/python3", arguments: ["-B", "deploy/check", "files"], folder: Self.root.path
        ).run()
        #expect(ended.status == 0, "\(ended.standardOutput)\(ended.standardError)")
        for name in ["settings", "metrics", "manifests", "space", "unit", "scripts"] {
            #expect(ended.standardOutput.contains("check: \(name): "))
        }
    }
}
