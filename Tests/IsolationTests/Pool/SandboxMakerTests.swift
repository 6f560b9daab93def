import CLinux
import LinuxKernel
import Synchronization
import Testing

@testable import Isolation

@Suite struct SandboxMakerTests {
    /// What the kernel does not give up at the end is a line in the log and not the end of the server.
    @Test func cgroupsThatCannotBeRemovedAreReported() async throws {
        let reports = Reports()
        var configuration = try standardConfiguration()
        configuration.report = { reports.add($0) }
        let loop = try EventLoop(name: "test-maker")
        defer { loop.stop() }
        let template = SandboxTemplate(
            root: RootPlan(host: .madeUp, toolchains: [], processors: 1), filter: [], landlock: nil, identity: nil)
        let maker = SandboxMaker(
            configuration: configuration, template: template, cgroups: BusyGroups(), loop: loop, runLoop: loop,
            collector: Collector(loop: loop), folders: nil, onLauncherLoss: {})
        await maker.end()
        #expect(
            reports.all == [
                "a cgroup of the sandboxes cannot be removed: rmdir /made-up: Device or resource busy (errno 16)"
            ])
    }
}

private final class Reports: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// A parent that the kernel will not remove.
private final class BusyGroups: CgroupParent {
    let version = "v2"
    let path = "/made-up"
    let leftovers: [SystemError] = []

    func makeGroup(named name: String) throws(SystemError) -> any Cgroup {
        throw SystemError("mkdir", path, Errno(EPERM))
    }

    func remove() throws(SystemError) { throw SystemError("rmdir", path, Errno(EBUSY)) }
}
