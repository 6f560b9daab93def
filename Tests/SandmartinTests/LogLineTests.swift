import Foundation
import Logging
import Synchronization
import Testing

@testable import sandmartin

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func append(_ bytes: [UInt8]) { lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
}

@Suite struct LogLineTests {
    private let lines = Lines()

    private func logger(_ format: LogFormat, _ level: Logger.Level = .info) -> Logger {
        Logger(label: "server") { [lines] label in
            LineLogHandler(
                label: label, format: format, level: level, clock: { LogTime(milliseconds: 1_795_176_000_007) },
                sink: lines.append)
        }
    }

    @Test func anEventIsOneLineOfJSON() {
        var logger = logger(.json)
        logger[metadataKey: "run_id"] = "run_1"
        logger.info("run ended", metadata: ["wall_ms": .stringConvertible(12), "ok": .stringConvertible(true)])
        #expect(
            lines.all == [
                #"{"time":"2026-11-20T12:00:00.007Z","level":"info","logger":"server","message":"run ended","ok":true,"#
                    + #""run_id":"run_1","wall_ms":12}"# + "\n"
            ])
    }

    @Test func metadataIsFlattenedAndListsStay() throws {
        logger(.json).info(
            "x", metadata: ["usage": ["cpu": ["ms": "1"], "peak": "2"], "files": .array(["a", ["k": "v"]])])
        let line = try #require(lines.all.first)
        #expect(line.contains(#""usage.cpu.ms":"1","usage.peak":"2""#))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect((object["files"] as? [String])?.first == "a")
    }

    @Test func whateverTheTextHoldsTheLineStaysJSON() throws {
        let text = "quote \" backslash \\ newline \n escape \u{1b}[31m nul \u{0} é 🐦"
        logger(.json).error(
            "\(text)", metadata: ["\(text)": "\(text)", "message": "mine", "x": .stringConvertible(Double.nan)])
        let line = try #require(lines.all.first)
        #expect(line.filter { $0 == "\n" }.count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["message"] as? String == text)
        #expect(object[text] as? String == text)
        #expect(object["metadata.message"] as? String == "mine")
        #expect(object["x"] as? String == "nan")
    }

    @Test func theTextFormCannotReachTheTerminal() {
        logger(.text).warning("two\nlines \u{1b}[31m", metadata: ["b": "2", "a": "1"])
        #expect(lines.all == ["2026-11-20T12:00:00.007Z warning two\\u{a}lines \\u{1b}[31m a=1 b=2\n"])
    }

    @Test func anErrorIsAFieldOfItsOwn() throws {
        logger(.json).error("failed", error: RunFailure("no engine"))
        #expect(lines.all.first?.contains(#""error":"no engine""#) == true)
    }

    @Test func whatIsBelowTheLevelIsNotWritten() {
        logger(.json, .warning).info("x")
        #expect(lines.all.isEmpty)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_709_251_199_000, "2024-02-29T23:59:59.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ])
    func timesAreTheCalendars(_ milliseconds: Int, _ text: String) {
        var bytes: [UInt8] = []
        LogTime(milliseconds: milliseconds).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
