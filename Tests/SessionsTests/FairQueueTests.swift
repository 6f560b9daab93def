import Testing

@testable import Sessions

@Suite struct FairQueueTests {
    private let one = Owner.anonymous
    private let two = Owner.configuredKey
    private let three: Owner

    init() throws { three = try #require(Owner("key_" + String(repeating: "0", count: 32))) }

    @Test func anOwnersOwnComeInTheirOrder() {
        var queue = FairQueue<Int>()
        for number in 0..<5 { queue.append(number, of: one) }
        #expect(queue.count == 5)
        #expect(queue.removeAll() == [0, 1, 2, 3, 4])
        #expect(queue.isEmpty)
        #expect(queue.popFirst() == nil)
    }

    @Test func aBurstOfOneDelaysNoOther() {
        var queue = FairQueue<Int>()
        for number in 0..<100 { queue.append(number, of: one) }
        queue.append(1000, of: two)
        queue.append(2000, of: three)
        queue.append(1001, of: two)
        #expect((0..<7).compactMap { _ in queue.popFirst() } == [0, 1000, 2000, 1, 1001, 2, 3])
    }

    @Test func whoComesBackIsLastInTurn() {
        var queue = FairQueue<Int>()
        queue.append(0, of: one)
        queue.append(10, of: two)
        #expect(queue.popFirst() == 0)
        queue.append(1, of: one)
        queue.append(11, of: two)
        #expect(queue.removeAll() == [10, 1, 11])
    }

    @Test func whatIsTakenOutNeverComes() {
        var queue = FairQueue<Int>()
        for number in 0..<4 { queue.append(number, of: one) }
        queue.append(10, of: two)
        queue.remove(of: one) { $0.isMultiple(of: 2) }
        queue.remove(of: two) { _ in true }
        queue.remove(of: three) { _ in true }
        #expect(queue.count == 2)
        #expect(queue.removeAll() == [1, 3])
    }
}
