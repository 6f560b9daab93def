import Foundation
import Glibc
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import HTTPAPI

/// Workspaces that are made to lead the server out or to have it wait for ever, over HTTP: each request is answered, and
/// what is allowed goes on beside it.
@Suite(.timeLimit(.minutes(3))) struct HostileFilesTests {
    private let session: ScratchSession
    private let server: TestServer
    private let json: HTTPFields = [.contentType: "application/json"]

    init() throws {
        session = try ScratchSession()
        server = try TestServer(files: session)
    }

    private var files: String { session.uri + "/files" }
    private var archive: String { session.uri + "/archive" }
    private var outside: String { session.root + "/outside" }

    @Test func linksLeadNowhere() async throws {
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: false)
        try Data("secret".utf8).write(to: URL(filePath: outside + "/secret"))
        try session.put("mine", at: "plain")
        for (name, target) in [
            ("file", "../outside/secret"), ("folder", "../outside"), ("absolute", outside), ("root", "/"),
            ("loop", "loop"), ("up", "../../../../../../.."), ("process", "/proc/self/root"), ("nowhere", "none"),
        ] { try FileManager.default.createSymbolicLink(atPath: session.path + "/" + name, withDestinationPath: target) }
        try await server.test { client in
            for path in [
                "file", "folder", "folder/secret", "absolute/secret", "root/etc/passwd", "loop", "loop/x",
                "up/etc/passwd", "process/etc/passwd", "nowhere", "nowhere/x",
            ] {
                let read = try await client.get("\(files)/\(path)")
                #expect([.conflict, .notFound].contains(read.status) && !read.body.contains("secret\""), "\(path)")
                let written = try await client.put("x", to: "\(files)/\(path)")
                #expect([.conflict, .notFound].contains(written.status), "\(path): \(written.status)")
                for change in [
                    #"{"copy": {"from": "\#(path)", "to": "stolen"}}"#,
                    #"{"move": {"from": "plain", "to": "\#(path)/stolen"}}"#, #"{"mkdir": {"path": "\#(path)/made"}}"#,
                ] {
                    let answer = try await client.post(change, to: files, headers: json)
                    #expect([.conflict, .notFound].contains(answer.status), "\(change): \(answer.status)")
                }
            }
            for path in ["folder", "absolute", "root", "up", "process"] {
                #expect(try await client.get("\(archive)?path=\(path)").status == .conflict, "\(path)")
                #expect(try await client.put(ByteBuffer(), to: "\(archive)?path=\(path)").status == .conflict)
                #expect(try await client.get("\(files)?path=\(path)/x").status == .conflict, "\(path)")
            }
            // The archive of the whole has no byte from outside, and what is the session's own comes along.
            let down = try await client.execute(uri: archive, method: .get) { $0 }
            #expect(down.status == .ok && down.body.readableBytes > 0)
            #expect(try await client.get(files + "/plain").body == "mine")
            // Deleting takes the link, not what it leads to.
            for link in ["file", "folder", "absolute", "root", "loop", "up", "process", "nowhere"] {
                #expect(try await client.send(.delete, "\(files)/\(link)?recursive=true").status == .ok, "\(link)")
            }
        }
        #expect(try session.names() == ["plain"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["secret"])
        #expect(try Data(contentsOf: URL(filePath: outside + "/secret")) == Data("secret".utf8))
    }

    @Test func whatWouldBlockIsAnsweredAtOnce() async throws {
        try #require(mkfifo(session.path + "/fifo", 0o666) == 0)
        try #require(symlink("fifo", session.path + "/link") == 0)
        try session.put("mine", at: "plain")
        try await server.test { client in
            for path in ["fifo", "link"] {
                #expect(try await client.get("\(files)/\(path)").status == .conflict, "\(path)")
                #expect(try await client.put("x", to: "\(files)/\(path)").status == .conflict, "\(path)")
                let copy = #"{"copy": {"from": "\#(path)", "to": "copy"}}"#
                #expect(try await client.post(copy, to: files, headers: json).status == .conflict, "\(path)")
            }
            let list = try await client.get(files).json()["entries"]?.elements
            #expect(list?.compactMap { $0["type"] }.contains("fifo") == true)
            #expect(try await client.execute(uri: archive, method: .get) { $0 }.status == .ok)
            #expect(try await client.get(files + "/plain").body == "mine")
            #expect(try await client.send(.delete, files + "/fifo").status == .ok)
        }
    }

    @Test func aFileOfATebibyteThatOccupiesNothingCostsNothing() async throws {
        let size = 1 << 40
        try session.put("", at: "sparse")
        try #require(truncate(session.path + "/sparse", size) == 0)
        try session.put("small", at: "small")
        try await server.test { client in
            let listed = try await client.get(files + "?path=sparse").json()["entry"]
            #expect(listed?["size_bytes"] == .integer(size))
            #expect(try await client.send(.head, files + "/sparse").headers[.contentLength] == "\(size)")
            let end = try await client.get(files + "/sparse", headers: [.range: "bytes=-4"])
            #expect(end.status == .partialContent && end.body == "\0\0\0\0")
            #expect(end.headers[.contentRange] == "bytes \(size - 4)-\(size - 1)/\(size)")
            let copy = #"{"copy": {"from": "sparse", "to": "copy"}}"#
            #expect(try await client.post(copy, to: files, headers: json).status == .ok)
            // It is left out of an archive, which tells so, and what is small comes along.
            let down = try await client.execute(uri: archive, method: .get) { $0 }
            #expect(down.status == .ok && (1..<10_000).contains(down.body.readableBytes))
            #expect(try await client.send(.delete, files + "/copy").status == .ok)
            #expect(try await client.send(.delete, files + "/sparse").status == .ok)
            #expect(try await client.get(files + "/small").body == "small")
        }
        #expect(try session.names() == ["small"])
    }

    @Test func depthAndNamesOfAnyBytesBreakNothing() async throws {
        try session.put("mine", at: "plain")
        try #require(mkdir(session.path + "/top", 0o755) == 0)
        try Self.makeDepth(3000, in: session.path + "/top")
        // Every byte that a name can have, in names of the longest length.
        let bytes = (1...255).map { UInt8($0) }.filter { $0 != UInt8(ascii: "/") }
        for name in [bytes + [0x78], Array(repeating: 0xFF, count: 255), [0x0A], [0x20], Array("-rf".utf8)] {
            let path = Array(session.path.utf8) + [0x2F] + name + [0]
            let file = path.withUnsafeBufferPointer { buffer in
                buffer.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_CREAT | O_WRONLY | O_EXCL, 0o644) }
            }
            try #require(file >= 0)
            close(file)
        }
        try await server.test { client in
            let entries = try await client.get(files).json()["entries"]?.elements ?? []
            #expect(entries.count == 7)
            for entry in entries where entry["type"] == "file" {
                guard case .string(let path)? = entry["path"] else { continue }
                let escaped = try #require(path.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                #expect(try await client.get("\(files)/\(escaped)").status == .ok, "\(path)")
            }
            #expect(try await client.get(files + "?path=top/d/d").status == .ok)
            let deep = Array(repeating: "d", count: 3000).joined(separator: "/")
            let answer = try await client.get("\(files)/top/\(deep)")
            #expect(answer.status.code >= 400 && answer.status.code < 500)
            #expect(try await client.execute(uri: archive, method: .get) { $0 }.status == .ok)
            #expect(try await client.send(.delete, files + "/top?recursive=true").status == .ok)
            #expect(try await client.get(files + "/plain").body == "mine")
        }
        #expect(try session.names().count == 6)
    }

    /// By descriptors, because no path is so long.
    private static func makeDepth(_ depth: Int, in top: String) throws {
        var current = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for _ in 0..<depth {
            try #require(current >= 0 && mkdirat(current, "d", 0o755) == 0)
            let next = openat(current, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            close(current)
            current = next
        }
        close(current)
    }
}
