import CLinux
import Glibc
import LinuxKernel
import Testing

@Suite struct EventLoopTests {
    @Test func anActorRunsOnItsLoop() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        #expect(!loop.isCurrent)
        #expect(await Counter(loop).isOnLoop)
        #expect(!loop.isCurrent)
    }

    @Test func nothingOfWhatManyThreadsEnqueueIsLost() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let counter = Counter(loop)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { for _ in 0..<100 { await counter.add() } }
            }
        }
        #expect(await counter.count == 10_000)
    }

    @Test func whatOneThreadEnqueuesRunsInOrder() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let recorder = Recorder(loop)
        let seen = await recorder.collect { recorder, done in
            for number in 0..<1000 { recorder.note(number) }
            done()
        }
        #expect(seen == Array(0..<1000))
    }

    @Test func aWatchedPipeTellsWhatIsReadable() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let recorder = Recorder(loop)
        let pipe = try Pipe()
        let (readEnd, writeEnd) = (pipe.readEnd, pipe.writeEnd)
        let seen = await recorder.collect { recorder, done in
            recorder.watch(readEnd) { byte in
                recorder.note(byte)
                if byte == 3 { done() } else { write(byte + 1, to: writeEnd) }
            }
            write(1, to: writeEnd)
        }
        #expect(seen == [1, 2, 3])
    }

    @Test func anUnwatchedPipeIsSilent() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let recorder = Recorder(loop)
        let silent = try Pipe()
        let heard = try Pipe()
        let (silentEnd, silentWriter) = (silent.readEnd, silent.writeEnd)
        let (heardEnd, heardWriter) = (heard.readEnd, heard.writeEnd)
        let seen = await recorder.collect { recorder, done in
            let watch = recorder.watch(silentEnd) { recorder.note($0) }
            recorder.watch(heardEnd) { byte in
                recorder.note(byte)
                if byte == 9 { done() } else { write(9, to: heardWriter) }
            }
            recorder.loop.unwatch(watch)
            // Unwatching twice, and what never was, is no error.
            recorder.loop.unwatch(watch)
            recorder.loop.unwatch(999_999)
            write(1, to: silentWriter)
            write(8, to: heardWriter)
        }
        #expect(seen == [8, 9])
    }

    @Test func aHandlerMayUnwatchTheOtherDescriptorThatIsReadyAtTheSameTime() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let recorder = Recorder(loop)
        let first = try Pipe()
        let second = try Pipe()
        let ends = [(first.readEnd, first.writeEnd), (second.readEnd, second.writeEnd)]
        let seen = await recorder.collect { recorder, done in
            let watches = Box<[UInt64]>([])
            for (index, (readEnd, writeEnd)) in ends.enumerated() {
                write(UInt8(index), to: writeEnd)
                watches.value.append(
                    recorder.watch(readEnd) { byte in
                        recorder.note(byte)
                        for watch in watches.value { recorder.loop.unwatch(watch) }
                        _ = recorder.loop.after(.milliseconds(1), handler: done)
                    })
            }
        }
        #expect(seen.count == 1)
    }

    @Test func aDescriptorThatCannotBeWatchedIsAnError() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        #expect(await Recorder(loop).errorOfWatching(-1) == Errno(EBADF))
    }

    @Test func timersFireInTheOrderOfTheirDeadlines() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let recorder = Recorder(loop)
        let seen = await recorder.collect { recorder, done in
            for milliseconds in [9, 3, 7, 1, 5] {
                _ = recorder.loop.after(.milliseconds(milliseconds)) {
                    recorder.note(milliseconds)
                    if milliseconds == 9 { done() }
                }
            }
        }
        #expect(seen == [1, 3, 5, 7, 9])
    }

    @Test func aTimerDoesNotFireEarly() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let begin = ContinuousClock.now
        _ = await Recorder(loop).collect { recorder, done in
            _ = recorder.loop.after(.microseconds(2500), handler: done)
        }
        #expect(begin.duration(to: .now) >= .microseconds(2500))
    }

    @Test func aCancelledTimerDoesNotFire() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let seen = await Recorder(loop).collect { recorder, done in
            let cancelled = recorder.loop.after(.milliseconds(1)) { recorder.note(1) }
            _ = recorder.loop.after(.milliseconds(2)) { recorder.note(2) }
            _ = recorder.loop.after(.milliseconds(3)) {
                // Without effect for one that has fired or was cancelled.
                recorder.loop.cancelTimer(cancelled)
                done()
            }
            recorder.loop.cancelTimer(cancelled)
        }
        #expect(seen == [2])
    }

    @Test func aTimerMayStartAnother() async throws {
        let loop = try EventLoop(name: "test-loop")
        defer { loop.stop() }
        let seen = await Recorder(loop).collect { recorder, done in
            _ = recorder.loop.after(.zero) {
                recorder.note(1)
                _ = recorder.loop.after(.zero) {
                    recorder.note(2)
                    done()
                }
            }
        }
        #expect(seen == [1, 2])
    }

    @Test func stoppingEndsTheThreadAndGivesTheHandlersBack() async throws {
        let loop = try EventLoop(name: "test-loop")
        let counter = Counter(loop)
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        await counter.hold(until: continuation)
        loop.stop()
        // The handler of a timer that will not come has the last reference: the stream ends when the handler is gone.
        for await _ in stream {}
    }

    @Test func theTurnThatStopsTheLoopAndWhatItQueuesStillRunOnIt() async throws {
        let loop = try EventLoop(name: "test-loop")
        let counter = Counter(loop)
        let adding = await counter.stopAndAdd(10)
        for task in adding { await task.value }
        #expect(await counter.count == 10)
    }

    /// An actor outlives its loop's thread: whoever calls it then must not wait for ever.
    @Test func jobsThatAreQueuedAfterTheEndRunOneAtATime() async throws {
        let loop = try EventLoop(name: "test-loop")
        let counter = Counter(loop)
        await withGuardian { ended in
            await counter.hold(until: ended)
        } whileHeld: {
            loop.stop()
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { for _ in 0..<100 { await counter.add() } }
            }
        }
        #expect(await counter.count == 10_000)
        #expect(await counter.isOnLoop)
        #expect(!loop.isCurrent)
    }

    @Test func anEndedLoopRefusesToWatch() async throws {
        let loop = try EventLoop(name: "test-loop")
        let counter = Counter(loop)
        let pipe = try Pipe()
        let readEnd = pipe.readEnd
        #expect(await counter.errorOfWatching(readEnd) == nil)
        await withGuardian { ended in
            await counter.hold(until: ended)
        } whileHeld: {
            loop.stop()
        }
        #expect(await counter.errorOfWatching(readEnd) == Errno(ESHUTDOWN))
    }

    /// Returns when what `hold` was given to hold has been freed.
    private func withGuardian(
        _ hold: (AsyncStream<Void>.Continuation) async -> Void, whileHeld body: () -> Void
    ) async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        await hold(continuation)
        body()
        for await _ in stream {}
    }
}

private actor Counter {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private(set) var count = 0

    init(_ loop: EventLoop) { self.loop = loop }

    var isOnLoop: Bool { loop.isCurrent }

    func add() { count += 1 }

    /// A timer that will not come holds something that ends the stream when it is freed.
    func hold(until continuation: AsyncStream<Void>.Continuation) {
        let guardian = Guardian { continuation.finish() }
        _ = loop.after(.seconds(3600)) { _ = guardian }
    }

    func stopAndAdd(_ count: Int) -> [Task<Void, Never>] {
        loop.stop()
        return (0..<count).map { _ in Task { add() } }
    }

    func errorOfWatching(_ descriptor: SharedDescriptor) -> Errno? {
        do {
            loop.unwatch(try loop.watch(descriptor.number, .readable) { _ in })
            return nil
        } catch {
            return error.errno
        }
    }
}

private final class Guardian {
    private let onFree: () -> Void
    init(onFree: @escaping () -> Void) { self.onFree = onFree }
    deinit { onFree() }
}

/// Notes what happens on a loop, in the order in which it happens.
private actor Recorder {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) { self.loop = loop }

    /// What `body` and the handlers that it installs noted until `done` was called.
    func collect(_ body: @Sendable (Notes, _ done: @escaping () -> Void) -> Void) async -> [Int] {
        let notes = Notes(loop)
        await withCheckedContinuation { continuation in body(notes) { continuation.resume() } }
        return notes.numbers
    }

    func errorOfWatching(_ descriptor: Int32) -> Errno? {
        do {
            _ = try loop.watch(descriptor, .readable) { _ in }
            return nil
        } catch {
            return error.errno
        }
    }
}

/// Confined to a loop's thread.
private final class Notes {
    let loop: EventLoop
    private(set) var numbers: [Int] = []

    init(_ loop: EventLoop) { self.loop = loop }

    func note(_ number: some BinaryInteger) { numbers.append(Int(number)) }

    /// Calls `handler` with each byte that arrives.
    @discardableResult
    func watch(_ descriptor: SharedDescriptor, handler: @escaping (UInt8) -> Void) -> UInt64 {
        do {
            return try loop.watch(descriptor.number, .readable) { _ in
                var byte: UInt8 = 0
                if linux_read(descriptor.number, &byte, 1) == 1 { handler(byte) }
            }
        } catch {
            Issue.record(error)
            return 0
        }
    }
}

private final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

private func write(_ byte: UInt8, to descriptor: SharedDescriptor) {
    var byte = byte
    if linux_write(descriptor.number, &byte, 1) != 1 { Issue.record("cannot write to the pipe") }
}
