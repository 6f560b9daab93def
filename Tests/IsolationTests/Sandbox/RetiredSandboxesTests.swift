import LinuxKernel
import Testing

@testable import Isolation

@Suite struct RetiredSandboxesTests {
    @Test func theyEndWhenTheNextProgramBegins() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let ends = Ends(loop)
        await ends.retire(0..<3)
        await ends.programBegins()
        #expect(await ends.after(3) == [0, 1, 2])
        // Each once.
        await ends.programBegins()
        await ends.retire(3..<4)
        await ends.programBegins()
        #expect(await ends.after(4) == [0, 1, 2, 3])
    }

    @Test func theyEndWhenNoneComes() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let ends = Ends(loop)
        let begin = ContinuousClock.now
        await ends.retire(0..<2)
        #expect(await ends.after(2) == [0, 1])
        #expect(begin.duration(to: .now) >= RetiredSandboxes.patience)
        await ends.retire(2..<3)
        #expect(await ends.after(3) == [0, 1, 2])
    }

    @Test func theOldestOfManyEndAtOnce() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let ends = Ends(loop)
        await ends.retire(0..<RetiredSandboxes.most + 3)
        #expect(await Array(ends.after(3).prefix(3)) == [0, 1, 2])
    }
}

/// Notes what ends, on the loop.
private actor Ends {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let retired: RetiredSandboxes
    private var ended: [Int] = []
    private var waiter: (count: Int, continuation: CheckedContinuation<Void, Never>)?

    init(_ loop: EventLoop) {
        self.loop = loop
        retired = RetiredSandboxes(on: loop)
    }

    func retire(_ numbers: Range<Int>) {
        for number in numbers { retired.add { await self.end(number) } }
    }

    func programBegins() { retired.endAll() }

    /// What has ended once it is so many.
    func after(_ count: Int) async -> [Int] {
        if ended.count < count { await withCheckedContinuation { waiter = (count, $0) } }
        return ended
    }

    private func end(_ number: Int) {
        ended.append(number)
        guard let (count, continuation) = waiter, ended.count >= count else { return }
        waiter = nil
        continuation.resume()
    }
}
