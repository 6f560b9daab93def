import Testing

@testable import Sessions

@Suite struct OutputRingTests {
    @Test func theLastOfAFloodIsKeptAndReadByOffset() {
        let ring = OutputRing(limit: 10)
        #expect(ring.read(from: 0, limit: 5).bytes.isEmpty && ring.total == 0)
        ring.append(Array("abcdef".utf8))
        ring.append(Array("ghijkl".utf8))
        let all = ring.read(from: 0, limit: 100)
        #expect(all.bytes == Array("cdefghijkl".utf8) && all.offset == 2 && all.next == 12 && !all.isComplete)
        let part = ring.read(from: 5, limit: 3)
        #expect(part.bytes == Array("fgh".utf8) && part.offset == 5 && part.next == 8)
        ring.append(Array(repeating: UInt8(ascii: "x"), count: 1000))
        #expect(ring.total == 1012 && ring.kept == 10)
        #expect(ring.read(from: 1005, limit: 100).bytes.count == 7)
        for offset in [1012, 5000, Int.max] {
            let end = ring.read(from: offset, limit: 100)
            #expect(end.bytes.isEmpty && end.offset == 1012 && end.next == 1012)
        }
        #expect(ring.read(from: -5, limit: -1).bytes.isEmpty)
        ring.complete()
        #expect(ring.read(from: 1010, limit: 100).isComplete && !ring.read(from: 1010, limit: 1).isComplete)
    }

    @Test func shrinkingKeepsTheEnd() {
        let ring = OutputRing(limit: 10)
        ring.append(Array("abcdefghij".utf8))
        ring.shrink(to: 4)
        let rest = ring.read(from: 0, limit: 100)
        #expect(rest.bytes == Array("ghij".utf8) && rest.offset == 6 && ring.kept == 4 && ring.total == 10)
    }

    @Test func whoeverWaitsIsToldOfNewsAndOfTheEnd() async {
        let ring = OutputRing(limit: 10)
        ring.append([1])
        // There is something already.
        await ring.wait(beyond: 0, for: .seconds(1000))
        async let news: Void = ring.wait(beyond: 1, for: .seconds(1000))
        ring.append([2])
        await news
        async let end: Void = ring.wait(beyond: 2, for: .seconds(1000))
        ring.complete()
        await end
        await ring.wait(beyond: 5, for: .seconds(1000))
    }
}
