import Testing

@testable import HTTPAPI

@Suite struct UTF8StreamDecoderTests {
    @Test func aCharacterThatIsCutWaitsForItsRest() {
        var decoder = UTF8StreamDecoder()
        #expect(decoder.decode([0x61, 0xF0, 0x9F]) == "a")
        #expect(decoder.decode([0x98]) == "")
        #expect(decoder.decode([0x80, 0x62]) == "😀b")
        #expect(decoder.finish() == "")
    }

    @Test func aCharacterThatNeverEndsIsReplaced() {
        var decoder = UTF8StreamDecoder()
        #expect(decoder.decode([0x61, 0xE2, 0x82]) == "a")
        #expect(decoder.finish() == "\u{FFFD}")
        #expect(decoder.finish() == "")
    }

    @Test func whereTheChunksEndMakesNoDifference() {
        var generator = SplitMix(state: 7)
        let bytes: [UInt8] = [
            0x41, 0x80, 0xBF, 0xC2, 0xC0, 0xE0, 0xA0, 0xED, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0xF4, 0x90, 0xFF,
        ]
        for _ in 0..<5_000 {
            let text = (0..<12).map { _ in bytes.randomElement(using: &generator)! }
            let cuts = [0] + (0..<3).map { _ in Int.random(in: 0...12, using: &generator) }.sorted() + [12]
            var decoder = UTF8StreamDecoder()
            var decoded = zip(cuts, cuts.dropFirst()).map { decoder.decode(Array(text[$0..<$1])) }.joined()
            decoded += decoder.finish()
            #expect(decoded == String(decoding: text, as: UTF8.self), "\(text) cut at \(cuts)")
        }
    }
}
