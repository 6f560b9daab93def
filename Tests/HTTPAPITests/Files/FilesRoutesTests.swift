import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Sessions
import Testing

@testable import HTTPAPI

@Suite struct FilesRoutesTests {
    private let session: ScratchSession
    private let server: TestServer
    private let json: HTTPFields = [.contentType: "application/json"]

    init() throws {
        session = try ScratchSession()
        server = try TestServer(files: session)
    }

    private var files: String { session.uri + "/files" }

    @Test func aFileGoesUpAndComesDown() async throws {
        try await server.test { client in
            let made = try await client.put("hello", to: files + "/a/b.txt")
            #expect(made.status == .created)
            #expect(try made.string("path") == "a/b.txt" && made.string("type") == "file")
            #expect(try made.string("etag") == made.headers[.eTag])
            let again = try await client.put("hello again", to: files + "/a/b.txt?mode=600")
            #expect(try again.status == .ok && again.string("mode") == "0600")
            let read = try await client.get(files + "/a/b.txt")
            #expect(read.body == "hello again" && read.headers[.eTag] == again.headers[.eTag])
            #expect(read.headers[.contentLength] == "11")
            let head = try await client.send(.head, files + "/a/b.txt")
            #expect(head.status == .ok && head.body.isEmpty && head.headers[.contentLength] == "11")
        }
        #expect(try session.bytes("a/b.txt") == Array("hello again".utf8))
        #expect(session.actions.map(\.kind) == [.write, .write] && session.actions.last?.bytes == 11)
    }

    @Test func browsersSaveAFileAndDoNotRunIt() async throws {
        try session.put("<script>alert(1)</script>", at: "x\"y é.html")
        let read = try await server.test { try await $0.get(files + "/x%22y%20%C3%A9.html") }
        #expect(read.headers[.contentType] == "application/octet-stream")
        #expect(read.headers[.xContentTypeOptions] == "nosniff")
        #expect(read.headers[.contentSecurityPolicy] == "sandbox; default-src 'none'")
        #expect(
            read.headers[.contentDisposition]
                == "attachment; filename=\"x_y__.html\"; filename*=UTF-8''x%22y%20%C3%A9.html")
    }

    @Test func partsOfAFileAreSent() async throws {
        try session.put("0123456789", at: "f")
        let parts = [
            ("bytes=2-4", "234", "2-4"), ("bytes=7-", "789", "7-9"), ("bytes=-3", "789", "7-9"),
            ("bytes=-99", "0123456789", "0-9"),
            ("bytes=9-99999999999999999999", "9", "9-9"),
        ]
        try await server.test { client in
            for (range, body, content) in parts {
                let answer = try await client.get(files + "/f", headers: [.range: range])
                #expect(answer.status == .partialContent && answer.body == body, "\(range)")
                #expect(answer.headers[.contentRange] == "bytes \(content)/10", "\(range)")
            }
            for range in ["bytes=10-", "bytes=-0", "bytes=99999999999999999999-"] {
                let answer = try await client.get(files + "/f", headers: [.range: range])
                #expect(
                    answer.status == .rangeNotSatisfiable && answer.headers[.contentRange] == "bytes */10", "\(range)")
            }
            for range in ["bytes=4-2", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b", "bytes=", "bytes=-"] {
                let answer = try await client.get(files + "/f", headers: [.range: range])
                #expect(answer.status == .ok && answer.body == "0123456789", "\(range)")
            }
        }
    }

    @Test func conditionsAreHeld() async throws {
        try await server.test { client in
            let first = try await client.put("one", to: files + "/f", headers: [.ifNoneMatch: "*"])
            let tag = try #require(first.headers[.eTag])
            #expect(try await client.get(files + "/f", headers: [.ifNoneMatch: "\"x\", \(tag)"]).status == .notModified)
            #expect(try await client.get(files + "/f", headers: [.ifNoneMatch: "\"x\""]).status == .ok)
            #expect(try await client.get(files + "/f", headers: [.ifMatch: "\"x\""]).status == .preconditionFailed)
            #expect(
                try await client.put("two", to: files + "/f", headers: [.ifNoneMatch: "*"]).status
                    == .preconditionFailed)
            let ranged: HTTPFields = [.range: "bytes=0-0", .ifRange: tag]
            #expect(try await client.get(files + "/f", headers: ranged).body == "o")
            let second = try await client.put("two", to: files + "/f", headers: [.ifMatch: tag])
            #expect(second.status == .ok && second.headers[.eTag] != tag)
            #expect(try await client.get(files + "/f", headers: ranged).body == "two")
            #expect(try await client.put("x", to: files + "/f", headers: [.ifMatch: tag]).status == .preconditionFailed)
            #expect(
                try await client.send(.delete, files + "/f", headers: [.ifMatch: tag]).status == .preconditionFailed)
            #expect(try await client.put("x", to: files + "/f", headers: [.ifMatch: "x"]).status == .badRequest)
        }
        #expect(try session.bytes("f") == Array("two".utf8))
    }

    @Test func foldersAreListedInPages() async throws {
        for number in 0..<25 { try session.put("x", at: "f\(number)") }
        try await server.test { client in
            let all = try await client.get(files)
            #expect(try all.json()["entries"]?.elements.count == 25 && all.json()["next_cursor"] == .null)
            #expect(try all.json()["entry"]?["type"] == "directory")
            var names: Set<String> = []
            var uri = files + "?limit=10"
            for page in 1...3 {
                let answer = try await client.get(uri)
                for entry in try answer.json()["entries"]?.elements ?? [] {
                    if case .string(let name)? = entry["name"] { names.insert(name) }
                }
                guard let cursor = try answer.string("next_cursor") else {
                    #expect(page == 3)
                    break
                }
                uri = files + "?limit=10&cursor=\(cursor)"
            }
            #expect(names.count == 25)
            for query in ["limit=0", "limit=1001", "limit=x", "cursor=x", "other=1", "path=a&path=b", "path=%"] {
                #expect(try await client.get(files + "?" + query).status == .badRequest, "\(query)")
            }
        }
    }

    @Test func timesThatNoCalendarHasAreShown() async throws {
        try session.put("x", at: "f")
        var times = [timespec(tv_sec: 0, tv_nsec: 0), timespec(tv_sec: .max, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, session.path + "/f", &times, 0) == 0)
        let answer = try await server.test { try await $0.get(files) }
        #expect(answer.status == .ok)
    }

    @Test func namesOfAnyBytesTravel() async throws {
        try await server.test { client in
            #expect(try await client.put("raw", to: files + "/%FF%20x").status == .created)
            let listed = try await client.get(files).json()["entries"]?.elements.first?["path"]
            #expect(listed == .string(#"\xFF x"#))
            #expect(try await client.get(files + "/%5CxFF%20x").body == "raw")
            let entry = try await client.get(files + "?path=%FF%20x").json()["entry"]
            #expect(entry?["path"] == .string(#"\xFF x"#))
            let moved = try await client.post(
                #"{"move": {"from": "\\xFF x", "to": "d/\\\\ \u0000"}}"#, to: files, headers: json)
            #expect(moved.status == .badRequest)
            let made = try await client.post(
                #"{"move": {"from": "\\xFF x", "to": "d/\\\\"}}"#, to: files, headers: json)
            #expect(try made.json()["entry"]?["path"] == .string(#"d/\\"#))
        }
        #expect(try session.bytes(#"d/\"#) == Array("raw".utf8))
    }

    @Test func pathsThatLeadOutAreRefused() async throws {
        try await server.test { client async throws -> Void in
            for path in [
                "%2e%2e/x", "a/%2E%2E/x", "a%2F..%2Fx", "%2Fetc", "a//b", "a%00b", "%", "%2", "%ZZ", "%5Cq", "a/",
            ] {
                #expect(try await client.get(files + "/" + path).status == .badRequest, "\(path)")
                #expect(try await client.put("x", to: files + "/" + path).status == .badRequest, "\(path)")
                #expect(try await client.send(.delete, files + "/" + path).status == .badRequest, "\(path)")
            }
            #expect(try await client.put("x", to: files + "/a%2Fb").status == .created)
        }
        #expect(try session.bytes("a/b") == [0x78])
    }

    @Test func filesAreMovedCopiedAndDeleted() async throws {
        try session.put("x", at: "f")
        try await server.test { client in
            #expect(try await client.post(#"{"mkdir": {"path": "a/b"}}"#, to: files, headers: json).status == .created)
            #expect(try await client.post(#"{"mkdir": {"path": "a/b"}}"#, to: files, headers: json).status == .ok)
            #expect(
                try await client.post(#"{"copy": {"from": "f", "to": "a/g"}}"#, to: files, headers: json).status == .ok)
            let taken = try await client.post(#"{"move": {"from": "f", "to": "a/g"}}"#, to: files, headers: json)
            #expect(try taken.status == .conflict && taken.string("code") == "conflict")
            let body = #"{"move": {"from": "f", "to": "a/g", "overwrite": true}}"#
            #expect(try await client.post(body, to: files, headers: json).status == .ok)
            for body in [
                "{}", #"{"mkdir": {"path": "x"}, "copy": {"from": "a", "to": "b"}}"#, #"{"mkdir": {"path": ""}}"#,
                #"{"mkdir": {"path": "../x"}}"#, #"{"move": {"from": "a"}}"#, #"{"chmod": {}}"#,
                #"{"mkdir": {"path": "x", "y": 1}}"#,
            ] { #expect(try await client.post(body, to: files, headers: json).status == .badRequest, "\(body)") }
            #expect(try await client.send(.delete, files + "/a").status == .conflict)
            #expect(try await client.send(.delete, files + "/a?recursive=maybe").status == .badRequest)
            #expect(try await client.send(.delete, files + "/a?recursive=true").status == .ok)
            #expect(try await client.send(.delete, files + "/a").status == .notFound)
        }
        #expect(try session.names() == [])
        #expect(session.actions.map(\.kind) == [.mkdir, .copy, .move, .delete])
    }

    @Test func aFolderGoesDownAndUpAsAnArchive() async throws {
        try session.put("x", at: "f")
        try await server.test { client in
            let down = try await client.execute(uri: session.uri + "/archive", method: .get) { $0 }
            #expect(down.headers[.contentType] == "application/gzip")
            #expect(down.headers[.contentDisposition]?.contains("workspace.tar.gz") == true)
            let up = try await client.put(down.body, to: session.uri + "/archive?path=copy/of")
            #expect(up.status == .ok)
            #expect(try up.json()["files"] == 1)
            let bad = try await client.put("no archive", to: session.uri + "/archive")
            #expect(try bad.status == .badRequest && bad.string("field") == "body")
        }
        #expect(try session.bytes("copy/of/f") == [0x78])
    }

    @Test func whatIsNotTheCallersDoesNotExist() async throws {
        let foreign = try ScratchSession(owner: .configuredKey)
        try foreign.put("x", at: "f")
        let server = try TestServer(files: foreign)
        try await server.test { client async throws -> Void in
            for uri in [
                foreign.uri + "/files", foreign.uri + "/files/f", foreign.uri + "/archive", "/api/v1/sessions/x/files",
            ] {
                #expect(try await client.get(uri).status == .notFound, "\(uri)")
            }
            #expect(try await client.put("y", to: foreign.uri + "/files/f").status == .notFound)
            #expect(try await client.send(.delete, foreign.uri + "/files/f").status == .notFound)
        }
        #expect(try foreign.bytes("f") == [0x78])
        #expect(try await self.server.test { try await $0.get(files) }.status == .ok)
    }

    @Test func whatDoesNotFitIsRefused() async throws {
        let small = try ScratchSession(allowance: 8192)
        let server = try TestServer(files: small)
        try await server.test { client in
            let answer = try await client.put(String(repeating: "x", count: 10_000), to: small.uri + "/files/f")
            #expect(try answer.status == .contentTooLarge && answer.string("code") == "too_large")
            #expect(try await client.put("x", to: small.uri + "/files/f").status == .created)
        }
        #expect(small.allowance.bytesLeft == 4096)
    }

    @Test func transfersAreBounded() throws {
        let slots = TransferSlots(maximum: 3, perSession: 2)
        let held = [try slots.take(for: "a"), try slots.take(for: "a")]
        #expect(throws: APIError.self) { try slots.take(for: "a") }
        do {
            let third = try slots.take(for: "b")
            #expect(throws: APIError.self) { try slots.take(for: "c") }
            withExtendedLifetime(third) {}
        }
        _ = try slots.take(for: "c")
        withExtendedLifetime(held) {}
    }

    @Test func answersHaveThePropertiesOfTheirSchemas() async throws {
        try session.put("x", at: "f")
        let answers = try await server.test { client in
            [
                ("FileEntry", try await client.put("y", to: files + "/f")), ("FileList", try await client.get(files)),
                ("ChangedFile", try await client.post(#"{"mkdir": {"path": "d"}}"#, to: files, headers: json)),
                ("RemovedFile", try await client.send(.delete, files + "/d")),
                (
                    "UnpackedArchive",
                    try await client.put(
                        try await client.execute(uri: session.uri + "/archive", method: .get) { $0.body },
                        to: session.uri + "/archive")
                ),
            ]
        }
        let document = try OpenAPIDocument(try await server.test { try await $0.get("/openapi.yaml").body })
        for (name, answer) in answers {
            try document.expect(try answer.json(), matches: document.schema(name), at: name)
        }
        let request = try document.properties(document.schema("FileChangeRequest"))
        #expect(Set(request.keys) == Set(FileChangeBody.fields))
        let transfer = try document.properties(document.schema("FileTransfer"))
        #expect(Set(transfer.keys) == Set(FileChangeBody.transferFields))
    }
}
