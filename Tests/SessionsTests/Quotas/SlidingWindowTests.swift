import Testing

@testable import Sessions

@Suite struct SlidingWindowTests {
    private let start = ContinuousClock.now

    @Test func anAmountCountsUntilItIsAsOldAsTheWindow() {
        var window = SlidingWindow(length: .seconds(60))
        window.add(3, at: start)
        #expect(window.total(at: start + .nanoseconds(59_999_999_999)) == 3)
        #expect(window.total(at: start + .seconds(60)) == 0)
    }

    @Test func theWaitIsExact() {
        var window = SlidingWindow(length: .seconds(60))
        for second in 0..<5 { window.add(1, at: start + .seconds(second)) }
        let now = start + .seconds(10)
        #expect(window.wait(untilAtMost: 5, at: now) == .zero)
        #expect(window.wait(untilAtMost: 4, at: now) == .seconds(50))
        #expect(window.wait(untilAtMost: 2, at: now) == .seconds(52))
        #expect(window.wait(untilAtMost: 0, at: now) == .seconds(54))
        #expect(window.wait(untilAtMost: -1, at: now) == .seconds(60))
    }

    /// Against the definition, over random amounts and times.
    @Test func itIsTheSumOfWhatIsYoungEnough() {
        var window = SlidingWindow(length: .milliseconds(500))
        var all: [(time: ContinuousClock.Instant, amount: Int)] = []
        var now = start
        for _ in 0..<2000 {
            now += .milliseconds(Int.random(in: 0...20))
            let amount = Int.random(in: 0...9)
            window.add(amount, at: now)
            all.append((now, amount))
            now += .milliseconds(Int.random(in: 0...20))
            let expected = all.filter { now - $0.time < .milliseconds(500) }.reduce(0) { $0 + $1.amount }
            #expect(window.total(at: now) == expected)
            let limit = Int.random(in: 0...expected)
            let after = now + window.wait(untilAtMost: limit, at: now)
            #expect(all.filter { after - $0.time < .milliseconds(500) }.reduce(0) { $0 + $1.amount } <= limit)
        }
    }

    @Test func stepsCountAtMostAStepLonger() {
        var window = SlidingWindow(length: .seconds(60), step: .seconds(1))
        for tenth in 0..<10 { window.add(1, at: start + .milliseconds(100 * tenth)) }
        #expect(window.total(at: start + .seconds(60)) == 10)
        #expect(window.total(at: start + .seconds(61)) == 0)
    }

    @Test func whatIsTakenBackNeverCounted() {
        var window = SlidingWindow(length: .seconds(60))
        window.add(1, at: start)
        window.add(2, at: start + .seconds(1))
        window.removeNewest()
        #expect(window.total(at: start + .seconds(2)) == 1)
    }
}
