import Foundation
import Glibc
import Isolation
import Testing

/// What holds at the level namespaces and cannot hold at the level landlock: the one list of it, with the reasons. Tests
/// that ask for one of these do not run there (`withEngine(unlike:)`); docs/security.md tells users the same.
enum LevelDifference: String, CaseIterable {
    /// Programs see the host's paths: /workspace and /tmp are not there under these names, names outside exist
    /// although nothing behind them can be opened, and the root is the machine's.
    case ownRoot
    /// There is no /proc of the sandbox's own: the machine's is closed but for a few files about the machine, so that
    /// programs see no process, not even themselves.
    case ownProc
    /// No network of its own: there are no sockets but connected pairs.
    case ownNetwork
    /// No names of its own for shared memory, semaphores and queues: they are refused.
    case ownIPC
    /// Memory, processors and host name are the machine's.
    case ownMachine
    /// All sandboxes have one user id of the host.
    case ownUser
    /// What the kernel holds for a program (pipes, sockets) is not accounted.
    case kernelMemory
    /// Files are counted, not bounded: a full disk ends the program and is no error that it sees.
    case ownDisk
    /// The test is about the cgroup, the namespaces or the mounts themselves.
    case mechanism
}

/// The levels at which tests run, found by trying.
actor TestLevels {
    static let shared = TestLevels()
    private var found: [IsolationLevel]?

    /// `TEST_LEVELS` narrows them. Root must have both; in an ordinary container there is only one.
    func available() async throws -> [IsolationLevel] {
        if let found { return found }
        var levels: [IsolationLevel] = []
        let wanted = ProcessInfo.processInfo.environment["TEST_LEVELS"].map {
            $0.split(separator: ",").map(String.init)
        }
        for level in [IsolationLevel.namespaces, .landlock] where wanted?.contains(level.rawValue) ?? true {
            do {
                try await startEngine(at: level, poolSize: 0).shutDown()
                levels.append(level)
            } catch {
                try #require(geteuid() != 0 && level == .namespaces, "\(level.rawValue): \(error)")
                print("not this machine's: level \(level.rawValue): \(error)")
            }
        }
        found = levels
        return levels
    }
}
