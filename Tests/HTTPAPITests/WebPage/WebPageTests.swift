import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import HTTPAPI

@Suite struct WebPageTests {
    private static let browser: HTTPFields = [.accept: "text/html,application/xhtml+xml,*/*;q=0.8"]

    @Test func aBrowserGetsThePage() async throws {
        try await TestServer().test { client in
            let answer = try await client.get("/", headers: Self.browser)
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            #expect(answer.body.hasPrefix("<!doctype html>"))
            #expect(answer.headers[.vary] == "Accept, Accept-Encoding")
        }
    }

    @Test(arguments: ["application/json", "*/*", "", "application/json;q=1, text/plain"])
    func everyOtherClientGetsTheHealth(accept: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.get("/", headers: [.accept: accept])
            #expect(try answer.string("status") == "ok")
        }
    }

    @Test func thePageNamesOnlyFilesThatAreServed() async throws {
        let files = try WebFiles.bundled()
        for path in ["/", "/docs"] {
            let html = String(buffer: try #require(files[path]).plain)
            let links = html.matches(of: /(?:href|src)="(\/[^"#]*)"/).map { String($0.1) }
            #expect(!links.isEmpty)
            for link in links where !link.hasPrefix("/vendor/") && link != "/openapi.yaml" {
                #expect(files[link] != nil, "\(path) names \(link)")
            }
        }
        for path in files.paths where path.hasPrefix("/js/") {
            let script = String(buffer: try #require(files[path]).plain)
            for name in script.matches(of: /from '(\.[^']+)'/).map({ String($0.1) }) {
                let target = URL(filePath: path).deletingLastPathComponent().appending(path: name).standardized.path
                #expect(files[target] != nil, "\(path) imports \(name)")
            }
        }
    }

    @Test func noMarkupNeedsWhatThePolicyForbids() throws {
        let files = try WebFiles.bundled()
        for path in ["/", "/docs"] {
            let html = String(buffer: try #require(files[path]).plain)
            #expect(!html.contains("style="))
            #expect(!html.contains("<style"))
            #expect(html.firstMatch(of: /\son\w+=/) == nil)
            #expect(html.firstMatch(of: /<script(?![^>]*src=)/) == nil)
            #expect(html.firstMatch(of: /(?:href|src)="https?:/) == nil)
        }
        #expect(!WebPage.contentSecurityPolicy.contains("unsafe"))
    }

    @Test func everyFileHasTheSecurityHeadersAndItsType() async throws {
        let files = try WebFiles.bundled()
        try await TestServer().test { client in
            for path in files.paths where !path.hasPrefix("/vendor/") {
                let answer = try await client.get(path, headers: Self.browser)
                #expect(answer.status == .ok, "\(path)")
                #expect(answer.headers[.contentSecurityPolicy] == WebPage.contentSecurityPolicy, "\(path)")
                #expect(answer.headers[.xContentTypeOptions] == "nosniff", "\(path)")
                #expect(answer.headers[.referrerPolicy] == "no-referrer", "\(path)")
                #expect(answer.headers[.crossOriginOpenerPolicy] == "same-origin", "\(path)")
                #expect(answer.headers[.crossOriginResourcePolicy] == "same-origin", "\(path)")
                #expect(answer.headers[.permissionsPolicy] != nil, "\(path)")
                #expect(answer.headers[.contentType] == files[path]?.type.contentType, "\(path)")
            }
        }
    }

    @Test func aFileThatTheClientHasIsNotSentAgain() async throws {
        try await TestServer().test { client in
            let first = try await client.get("/js/app.js")
            let tag = try #require(first.headers[.eTag])
            #expect(first.headers[.cacheControl] == "no-cache")
            for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let again = try await client.get("/js/app.js", headers: [.ifNoneMatch: known])
                #expect(again.status == .notModified, "\(known)")
                #expect(again.body.isEmpty)
                #expect(again.headers[.eTag] == tag)
            }
            #expect(try await client.get("/js/app.js", headers: [.ifNoneMatch: "\"other\""]).status == .ok)
        }
    }

    @Test func aFileIsSentCompressedToWhoeverCanReadThat() async throws {
        try await TestServer().test { client in
            let plain = try await client.get("/css/base.css")
            #expect(plain.headers[.contentEncoding] == nil)
            let compressed = try await client.get("/css/base.css", headers: [.acceptEncoding: "br, gzip;q=0.8"])
            #expect(compressed.headers[.contentEncoding] == "gzip")
            let length = try #require(compressed.headers[.contentLength].flatMap { Int($0) })
            #expect(length < plain.body.utf8.count / 2)
            #expect(compressed.headers[.eTag] != plain.headers[.eTag])
            let refused = try await client.get("/css/base.css", headers: [.acceptEncoding: "gzip;q=0, identity"])
            #expect(refused.headers[.contentEncoding] == nil)
        }
    }

    @Test(arguments: [
        "/index.html", "/js/", "/js", "/js/../index.html", "/js/%2e%2e/index.html", "/../Package.swift", "//js/app.js",
        "/vendor", "/favicon.ico", "/js/app.js/",
    ])
    func whatIsNotOnTheListIsNotThere(path: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.get(path)
            #expect(answer.status == .notFound)
            #expect(try answer.string("code") == "not_found")
        }
    }

    @Test func aFileOfThePageTakesNoOtherMethod() async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.delete, "/js/app.js")
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == "GET, HEAD")
            let head = try await client.send(.head, "/js/app.js")
            #expect(head.status == .ok)
            #expect(head.body.isEmpty)
        }
    }

    @Test func aFolderIsReadWithItsCompressedNeighboursAndWithoutStrangers() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sandmartin-page-\(UUID().uuidString)")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        try FileManager.default.createDirectory(
            at: folder.appending(path: "vendor/xterm"), withIntermediateDirectories: true)
        for (name, text) in [
            ("index.html", "page"), ("secret.key", "no"), ("vendor/icons.svg", "<svg/>"),
            ("vendor/xterm/index.js", "x"),
            ("vendor/xterm/index.js.gz", "compressed"),
        ] {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        let files = try WebFiles(folder: folder)
        #expect(files.paths == ["/", "/page.json", "/vendor/icons.svg", "/vendor/xterm/index.js"])
        #expect(files["/vendor/xterm/index.js"]?.compressed == ByteBuffer(string: "compressed"))
        #expect(files["/page.json"]?.plain == ByteBuffer(string: "{\"vendor\": [\"icons\", \"xterm\"]}\n"))
    }

    @Test func aFolderWithoutThePageIsRefused() throws {
        #expect(throws: WebFiles.Unreadable.self) { try WebFiles(folder: URL(filePath: "/nowhere/at/all")) }
    }

    @Test func capabilitiesAreFoundByTheirRoutes() {
        let routes = ["/api/v1/sessions", "/execute", "/api/v1/system/stream"].map { path in
            Route(method: .get, path: path) { _, _ in throw APIError(.notFound, "") }
        }
        #expect(Capability.all(in: routes, hasSessions: true) == [.sessions, .system])
        #expect(Capability.all(in: routes, hasSessions: false) == [.system])
        #expect(Capability.all(in: [], hasSessions: true) == [])
    }
}
