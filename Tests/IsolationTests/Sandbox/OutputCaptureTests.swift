import Testing

@testable import Isolation

@Suite struct OutputCaptureTests {
    @Test func whatFitsIsKeptWhole() {
        var capture = OutputCapture(limit: ByteCount(10))
        capture.append(.standardOutput, Array("hello".utf8)[...])
        capture.append(.standardError, Array("world".utf8)[...])
        let output = capture.output
        #expect(text(output.combined) == "helloworld")
        #expect(text(output.standardOutput) == "hello")
        #expect(text(output.standardError) == "world")
        #expect(output.dropped == 0)
        #expect(!output.isTruncated)
    }

    @Test func nothingWrittenIsNothingKept() {
        #expect(OutputCapture(limit: ByteCount(10)).output == CapturedOutput())
    }

    @Test(arguments: [(1, "a"), (2, "az"), (3, "abz"), (4, "abyz"), (25, "abcdefghijklmopqrstuvwxyz"), (26, alphabet)])
    func theFirstHalfAndTheLastHalfOfTheLimitAreKept(limit: Int, kept: String) {
        for chunk in [1, 2, 3, 5, 13, 26] {
            var capture = OutputCapture(limit: ByteCount(limit))
            capture.write(alphabet, inChunksOf: chunk)
            #expect(text(capture.output.combined) == kept, "chunks of \(chunk)")
            #expect(capture.output.dropped == 26 - limit, "chunks of \(chunk)")
            #expect(capture.total == 26)
        }
    }

    @Test func oneByteAboveTheLimitDropsOneByteOfTheMiddle() {
        var capture = OutputCapture(limit: ByteCount(4))
        capture.write("abcde", inChunksOf: 5)
        #expect(text(capture.output.combined) == "abde")
        #expect(capture.output.dropped == 1)
        #expect(capture.output.isTruncated)
    }

    @Test func bothStreamsShareTheLimitInTheOrderOfArrival() {
        var capture = OutputCapture(limit: ByteCount(6))
        for (index, byte) in alphabet.utf8.enumerated() {
            capture.append(index.isMultiple(of: 2) ? .standardOutput : .standardError, [byte])
        }
        let output = capture.output
        #expect(text(output.combined) == "abcxyz")
        #expect(text(output.standardOutput) == "acy")
        #expect(text(output.standardError) == "bxz")
        #expect(output.dropped == 20)
        #expect(capture.standardOutput == 13)
        #expect(capture.standardError == 13)
    }

    @Test(arguments: 1...12) func keptAndDroppedBytesAreAllThatWasWritten(limit: Int) {
        var generator = SeededGenerator(state: UInt64(limit))
        for _ in 0..<50 {
            var capture = OutputCapture(limit: ByteCount(limit))
            var written: [UInt8] = []
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                let chunk = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                    UInt8.random(in: 97...122, using: &generator)
                }
                capture.append(Bool.random(using: &generator) ? .standardOutput : .standardError, chunk[...])
                written += chunk
            }
            let output = capture.output
            let head = written.prefix((limit + 1) / 2)
            let tail = written.dropFirst(head.count).suffix(limit / 2)
            #expect(output.combined == Array(head + tail))
            #expect(output.dropped == written.count - output.combined.count)
            #expect(output.standardOutput.count + output.standardError.count == output.combined.count)
        }
    }

    @Test func aCharacterCutByTheLimitIsLeftOutOnBothSides() {
        // Each character has three bytes; a limit of eight keeps four bytes of either end.
        var capture = OutputCapture(limit: ByteCount(8))
        capture.write("€₭₮₯", inChunksOf: 1)
        #expect(text(capture.output.combined) == "€₯")
        #expect(text(capture.output.standardOutput) == "€₯")
        #expect(capture.output.dropped == 4)
    }

    @Test func aCharacterWrittenInPiecesIsKeptWhole() {
        var capture = OutputCapture(limit: ByteCount(100))
        capture.write("naïve 🐦 €", inChunksOf: 1)
        #expect(text(capture.output.combined) == "naïve 🐦 €")
    }

    @Test func bytesThatAreNotTextAreKeptExactlyWhereNothingIsDropped() {
        let bytes: [UInt8] = [0x80, 0xFF, 0x00, 0xE2, 0x82]
        var capture = OutputCapture(limit: ByteCount(5))
        capture.append(.standardOutput, bytes[...])
        #expect(capture.output.combined == bytes)
    }

    @Test func theSmallestLimitStillCountsWhatItDrops() {
        var capture = OutputCapture(limit: ByteCount(1))
        for _ in 0..<1000 {
            capture.append(.standardOutput, [97])
            capture.append(.standardError, [98])
        }
        #expect(text(capture.output.combined) == "a")
        #expect(capture.output.dropped == 1999)
    }

    @Test func theLargestLimitIsNoTrap() {
        var capture = OutputCapture(limit: ByteCount(.max))
        capture.write(alphabet, inChunksOf: 7)
        #expect(text(capture.output.combined) == alphabet)
    }

    @Test func listenersAreOwedNoMoreThanTheLimit() {
        var capture = OutputCapture(limit: ByteCount(30))
        #expect(capture.headRoom == 30)
        capture.write(alphabet, inChunksOf: 26)
        #expect(capture.headRoom == 4)
        capture.write(alphabet, inChunksOf: 26)
        #expect(capture.headRoom == 0)
    }

    @Test(arguments: [1, 2, 100, 4096, 65536]) func aFloodHoldsNoMoreMemoryThanAFewTimesTheLimit(limit: Int) {
        for chunk in [1, 1000, 65536] {
            var capture = OutputCapture(limit: ByteCount(limit))
            let bytes = [UInt8](repeating: 120, count: chunk)
            for index in 0..<(4 << 20) / max(chunk, 16) {
                capture.append(index.isMultiple(of: 2) ? .standardOutput : .standardError, bytes[...])
                if index.isMultiple(of: 1024) {
                    #expect(capture.heldBytes <= 12 * limit + 2048, "chunks of \(chunk)")
                }
            }
            #expect(capture.heldBytes <= 12 * limit + 2048, "chunks of \(chunk)")
            #expect(capture.output.combined.count == limit)
        }
    }
}

private let alphabet = "abcdefghijklmnopqrstuvwxyz"

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

extension OutputCapture {
    fileprivate mutating func write(_ text: String, inChunksOf size: Int) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            append(.standardOutput, rest.prefix(size))
            rest = rest.dropFirst(size)
        }
    }
}

/// The same numbers in every run (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
