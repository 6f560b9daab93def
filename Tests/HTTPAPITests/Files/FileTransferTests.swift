import NIOCore
import Sessions
import Testing

@testable import HTTPAPI

/// Files over a real connection.
@Suite(.timeLimit(.minutes(2))) struct FileTransferTests {
    private let session: ScratchSession
    private let server: TestServer

    init() throws {
        session = try ScratchSession()
        server = try TestServer(files: session)
    }

    @Test func aFileBeyondTheBoundOfBodiesIsTakenAndSent() async throws {
        let count = 40 << 20
        #expect(count > server.api.configuration.bounds.body)
        try await server.live { [session] live in
            try await live.connect { connection in
                // As curl does it for large bodies: it asks first.
                try await connection.send(
                    "PUT \(session.uri)/files/large HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                        + "Content-Length: \(count)\r\n\r\n")
                #expect(try await connection.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 100"))
                let piece = String(repeating: "0123456789abcdef", count: 1 << 16)
                for _ in 0..<(count >> 20) { try await connection.send(piece) }
                #expect(try await connection.readAnswer().head.hasPrefix("HTTP/1.1 201"))
                try await connection.send(
                    "GET \(session.uri)/files/large HTTP/1.1\r\nHost: a\r\nRange: bytes=\(count - 16)-\r\n\r\n")
                #expect(try await connection.readAnswer().body == "0123456789abcdef")
                try await connection.send("GET \(session.uri)/files/large HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await connection.readAnswer().body.utf8.count == count)
            }
        }
    }

    @Test func anUploadThatBreaksOffLeavesNothing() async throws {
        let before = session.allowance.bytesLeft
        try await server.live { [session] live in
            try await live.connect { connection in
                try await connection.send(
                    "PUT \(session.uri)/files/part HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nonly this")
                connection.finish()
                #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 400"))
            }
            try await live.connect { connection in
                try await connection.send(
                    "PUT \(session.uri)/files/part HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
                )
                connection.finish()
                _ = try await connection.readToEnd()
            }
            try await live.connect { connection in
                try await connection.send(
                    "PUT \(session.uri)/files/whole HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                )
                #expect(try await connection.readAnswer().head.hasPrefix("HTTP/1.1 201"))
            }
        }
        #expect(try session.names() == ["whole"])
        #expect(session.allowance.bytesLeft == before - 4096)
    }

    @Test func aDownloadThatNobodyTakesIsLetGo() async throws {
        try session.put(String(repeating: "x", count: 20 << 20), at: "large")
        try await server.live { [session] live in
            for _ in 0..<40 {
                // More than a session may have at once, one after the other.
                try await live.connect { connection in
                    try await connection.send("GET \(session.uri)/files/large HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try await connection.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
                }
            }
            try await live.connect { connection in
                try await connection.send("GET \(session.uri)/files?path=large HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await connection.readAnswer().head.hasPrefix("HTTP/1.1 200"))
            }
        }
    }
}
