import AsyncHTTPClient
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import Testing

/// A large file goes up, comes down and is put into an archive without being held in memory.
///
/// `LARGE_FILE_MIB` makes it larger, such as 1024; `Benchmarks/run --sessions` does that with a release build.
@Suite struct LargeFileTests {
    private static let pieces = ProcessInfo.processInfo.environment["LARGE_FILE_MIB"].flatMap { Int($0) } ?? 160
    private static let pieceSize = 1 << 20
    /// More memory than this is not taken for it, whatever the size.
    private static let memory = 64 << 20

    /// A piece is like no other one: where it stands is written in it.
    private static let noise = SeededContents(seed: 7, size: pieceSize).bytes

    private static func piece(_ number: Int) -> [UInt8] {
        var piece = noise
        for index in 0..<8 { piece[index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
        return piece
    }

    @Test func aLargeFileIsStreamedBothWays() async throws {
        try await ServerProcess.with(["SESSION_DISK_MB": "8192"]) { server in
            try await server.api.expectThatTheNextRunWorks()
            try await SessionClient.with(server.api) { session in
                let url = "http://127.0.0.1:\(server.api.port)\(session.path)"
                let before = try #require(HostProcess.residentBytes(of: server.pid))
                try await Self.upload(to: "\(url)/files/large")
                try await Self.expectContents(at: "\(url)/files/large")
                let size = Self.pieces * Self.pieceSize
                let end = try await Self.get("\(url)/files/large", range: "bytes=\(size - 10)-")
                #expect(Array(buffer: end) == Array(Self.piece(Self.pieces - 1).suffix(10)))
                // Compressed it is no smaller, because it is noise.
                let archived = try await Self.count(at: "\(url)/archive")
                #expect(archived > Self.pieces * (Self.pieceSize / 1024))
                let peak = try #require(HostProcess.peakResidentBytes(of: server.pid))
                #expect(peak - before < Self.memory, "\((peak - before) >> 20) MiB more")
            }
        }
    }

    private static func upload(to url: String) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .PUT
        let body = (0..<pieces).async { ByteBuffer(bytes: piece($0)) }
        request.body = .stream(body, length: .known(Int64(pieces * pieceSize)))
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
        #expect(answer.status == .created)
        _ = try await answer.body.collect(upTo: 1 << 20)
    }

    private static func expectContents(at url: String) async throws {
        let answer = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(600))
        try #require(answer.status == .ok)
        var (number, rest) = (0, ByteBuffer())
        for try await part in answer.body {
            rest.writeImmutableBuffer(part)
            while let bytes = rest.readBytes(length: pieceSize) {
                let isEqual = bytes.withUnsafeBytes { read in
                    piece(number).withUnsafeBytes { memcmp(read.baseAddress!, $0.baseAddress!, pieceSize) == 0 }
                }
                try #require(isEqual, "piece \(number)")
                number += 1
                rest.discardReadBytes()
            }
        }
        #expect(number == pieces && rest.readableBytes == 0)
    }

    private static func get(_ url: String, range: String) async throws -> ByteBuffer {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Range", value: range)
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        #expect(answer.status == .partialContent)
        return try await answer.body.collect(upTo: 1 << 20)
    }

    private static func count(at url: String) async throws -> Int {
        let answer = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(600))
        try #require(answer.status == .ok)
        var count = 0
        for try await part in answer.body { count += part.readableBytes }
        return count
    }
}

extension Range<Int> {
    /// Values that are made when they are asked for.
    fileprivate func async<Value: Sendable>(_ make: @escaping @Sendable (Int) -> Value) -> AsyncStream<Value> {
        let next = Counter(self)
        return AsyncStream { next.take().map(make) }
    }
}

/// Numbers, one after the other; asked for by one task.
private final class Counter: @unchecked Sendable {
    private var rest: Range<Int>

    init(_ range: Range<Int>) { rest = range }

    func take() -> Int? { rest.popFirst() }
}
