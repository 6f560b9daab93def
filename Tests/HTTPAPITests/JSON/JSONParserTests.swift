import Foundation
import NIOCore
import Testing

@testable import HTTPAPI

@Suite struct JSONParserTests {
    private func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

    @Test func everyKindOfValueIsRead() throws {
        let value = try parse(
            #" { "a" : [1, -2.5e1, 0, -0, true, false, null], "b" : { }, "" : "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é" } "#
        )
        #expect(value["a"] == [1, .number(-25), 0, 0, true, false, nil])
        #expect(value["b"] == .object([]))
        #expect(value[""] == "\"\\/\u{8}\u{c}\n\r\té😀é")
        #expect(value.keys == ["a", "b", ""])
    }

    @Test func numbersKeepTheirKind() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try parse("1.0") == .number(1))
        #expect(try parse("1e999") == .number(.infinity))
        #expect(try parse("1e-999") == .number(0))
    }

    static let refused = [
        "", " ", "nul", "nulll", "tru", "True", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "Infinity",
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "}", "{1:2}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
        "{\"a\" 1}", "{a:1}", "{'a':1}", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"",
        "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800\\\"", "\"\t\"", "\"\u{0}\"", "1 2", "// 1", "1 // one",
        "\u{FEFF}1", "1\u{0}",
    ]

    @Test(arguments: refused)
    func whatIsNotJSONIsRefused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try parse(text) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
            [0xFF, 0xFE, 0x31, 0x00],
        ] as [[UInt8]])
    func whatIsNotUTF8IsRefused(bytes: [UInt8]) {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bytes) }
    }

    @Test func aFailureHasItsPlace() {
        let error = #expect(throws: JSONSyntaxError.self) { try parse("{\n  \"a\": 1,\n  \"b\" 2\n}") }
        #expect(error?.line == 3)
        #expect(error?.column == 7)
        #expect(error?.reason == "expected “:”")
    }

    @Test func nestingIsBoundedAndNotCounted() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try parse(nested(64))
        #expect(throws: JSONSyntaxError.self) { try parse(nested(65)) }
        // Depth is not the number of arrays.
        _ = try parse("[" + Array(repeating: "[]", count: 1000).joined(separator: ",") + "]")
    }

    @Test func aMemberThatOccursTwiceIsRefused() {
        #expect(throws: JSONSyntaxError.self) { try parse(#"{"a": 1, "\u0061": 2}"#) }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let value: JSONValue = [
            "b": [
                "text": "\u{0}\u{1f}\u{7f}\"\\/\n\r\té😀\u{2028}",
                "numbers": [0, -1, .number(0.1), .number(1e-7), .number(1e300)],
            ],
            "a": [true, false, nil, [], .object([])],
        ]
        var buffer = ByteBuffer()
        value.write(to: &buffer)
        #expect(try JSONParser.parse(Array(buffer.readableBytesView)) == value)
        #expect(String(buffer: buffer).hasPrefix(#"{"b":{"text":"\u0000\u001f\u007f\"\\/\n\r\t"#))
    }

    @Test func whatJSONCannotSayIsNull() {
        var buffer = ByteBuffer()
        JSONValue.array([.number(.nan), .number(.infinity), .number(2)]).write(to: &buffer)
        #expect(String(buffer: buffer) == "[null,null,2]")
    }

    /// Foundation's parser is the reference: random texts near valid JSON must be accepted by both or by none.
    @Test func theParserAgreesWithFoundation() {
        var generator = SplitMix(state: 42)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "1", "-", "0", ".5", "e1", "true", "null", " ", "\n",
            "\"\\u0041\"", "\"\\ud83d\\ude00\"", "\"\\n\"",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...7, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined()
            let reference =
                (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
            do {
                _ = try parse(text)
                accepted += 1
                #expect(reference, "only we accept \(text)")
            } catch {
                #expect(!reference || error.reason.contains("twice"), "only we refuse \(text): \(error)")
            }
        }
        #expect(accepted > 1000)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): random texts that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
