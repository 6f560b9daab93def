import Foundation
import NIOHTTP1

/// The files of a session, from outside.
enum SessionFileChecks {
    static let all: [SelftestCheck] = [writeAndRead, ranges, conditions, list, change, archive, link, escape]

    private static func check(
        _ name: String, _ body: @escaping @Sendable (SelftestSession) async throws -> String
    ) -> SelftestCheck {
        SelftestCheck(name) { server in
            try server.require("files")
            return try await SelftestSession.with(server, body)
        }
    }

    private static let writeAndRead = check("a file is written, read by a command, and read back") { session in
        let written = try await session.put("data/in.txt", "grüße\n")
        try expect(written.status == 201, "answered \(written.status): \(ServerUnderTest.excerpt(written.text))")
        let command = try await session.execute("tr a-z A-Z <data/in.txt >data/out.txt && wc -c <data/out.txt")
        try expect(command.success, "the command ended with \(command.exitCode ?? -1)")
        let read = try await session.get("data/out.txt")
        try expect(read.status == 200 && read.text == "GRüßE\n", "answered \(read.status): “\(read.text)”")
        return "\(read.body.count) bytes"
    }

    private static let ranges = check("a part of a file is read") { session in
        _ = try await session.put("digits", "0123456789")
        let part = try await session.get("digits", headers: ["Range": "bytes=2-4"])
        try expect(part.status == 206 && part.text == "234", "answered \(part.status): “\(part.text)”")
        return part.header("Content-Range") ?? "206"
    }

    private static let conditions = check("a change of a file is not lost") { session in
        let tag = try await session.put("file", "one").header("ETag") ?? ""
        try expect(!tag.isEmpty, "it has no ETag")
        let second = try await session.put("file", "two", headers: ["If-Match": tag])
        try expect(second.status == 200, "with the right ETag answered \(second.status)")
        let third = try await session.put("file", "three", headers: ["If-Match": tag])
        try expect(third.status == 412, "with an old ETag answered \(third.status), not 412")
        return "412 for an old ETag"
    }

    private struct List: Decodable {
        struct Entry: Decodable {
            let path: String
            let type: String
        }

        let entries: [Entry]
    }

    private static let list = check("a folder is listed") { session in
        _ = try await session.put("folder/a.txt", "a")
        _ = try await session.put("folder/b.txt", "b")
        let answer = try await session.server.get("\(session.path)/files?path=folder")
        let paths = try session.server.read(answer, as: List.self).entries.map(\.path)
        try expect(paths == ["folder/a.txt", "folder/b.txt"], "these are in it: \(paths)")
        return paths.joined(separator: ", ")
    }

    private static let change = check("files are moved, copied and deleted") { session in
        let server = session.server
        _ = try await session.put("a.txt", "content")
        let path = "\(session.path)/files"
        for body in [#"{"copy": {"from": "a.txt", "to": "b.txt"}}"#, #"{"move": {"from": "a.txt", "to": "c/d.txt"}}"#] {
            let answer = try await server.post(path, json: body)
            try expect((200...201).contains(answer.status), "\(body) is answered with \(answer.status)")
        }
        for (file, status) in [("a.txt", 404), ("b.txt", 200), ("c/d.txt", 200)] {
            let answer = try await session.get(file)
            try expect(answer.status == status, "\(file) is answered with \(answer.status), not \(status)")
        }
        let deleted = try await server.send(.DELETE, "\(path)/c?recursive=true")
        try expect(deleted.status == 200, "deleting is answered with \(deleted.status)")
        let gone = try await session.get("c/d.txt").status
        try expect(gone == 404, "what was deleted is answered with \(gone)")
        return "moved, copied, deleted"
    }

    private static let archive = check("a folder goes out and comes in as an archive") { session in
        let server = session.server
        _ = try await session.put("from/file.txt", "packed")
        let packed = try await server.get("\(session.path)/archive?path=from")
        try expect(packed.status == 200 && packed.body.starts(with: [0x1F, 0x8B]), "answered \(packed.status)")
        let unpacked = try await server.send(
            .PUT, "\(session.path)/archive?path=to", headers: ["Content-Type": "application/gzip"], body: packed.body)
        try expect(unpacked.status == 200, "unpacking is answered with \(unpacked.status)")
        let file = try await session.get("to/file.txt")
        try expect(file.text == "packed", "the file has “\(file.text)”")
        return "\(packed.body.count) bytes"
    }

    private static let link = check("a link that leads out is not followed") { session in
        let made = try await session.execute(
            "read -r place <<< \"$(printf '/%s/hostname' etc)\"; ln -s \"$place\" link")
        guard made.success else { throw SelftestCheck.NotAvailable("this server's policy refuses to make one") }
        let answer = try await session.get("link")
        try expect([400, 404, 409].contains(answer.status), "ESCAPED: answered \(answer.status)")
        return "answered with \(answer.status)"
    }

    private static let escape = check("a path that leads out is refused") { session in
        for path in ["..%2F..%2Fetc%2Fhostname", "%2Fetc%2Fhostname", "a%2F..%2F..%2Fb"] {
            let status = try await session.get(path).status
            try expect([400, 404].contains(status), "ESCAPED: \(path) is answered with \(status)")
        }
        return "400 or 404"
    }
}
