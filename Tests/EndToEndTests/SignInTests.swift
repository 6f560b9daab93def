import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// What a page does that has a key: sign in, work, sign out.
@Suite(.timeLimit(.minutes(2))) struct SignInTests {
    private func send(
        _ method: String, _ path: String, _ headers: [(String, String)], body: String = "", port: Int
    ) async throws -> (status: Int, cookie: String?) {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !body.isEmpty {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(Array(body.utf8))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        _ = try await response.body.collect(upTo: 1 << 20)
        return (Int(response.status.code), response.headers.first(name: "Set-Cookie"))
    }

    @Test func aPageSignsInWorksInATerminalAndSignsOut() async throws {
        try await ServerProcess.with(["API_KEY": "the-operators-own-key"]) { server in
            let port = server.api.port
            let origin = ("Origin", "http://127.0.0.1:\(port)")
            let wrong = try await send("POST", "/api/v1/sign-in", [origin], body: #"{"key": "x"}"#, port: port)
            #expect(wrong.status == 401 && wrong.cookie == nil)
            let signedIn = try await send(
                "POST", "/api/v1/sign-in", [origin], body: #"{"key": "the-operators-own-key"}"#, port: port)
            #expect(signedIn.status == 200)
            let set = try #require(signedIn.cookie)
            #expect(set.contains("HttpOnly") && set.contains("SameSite=Strict") && !set.contains("Secure"))
            let cookie = ("Cookie", String(set.prefix { $0 != ";" }))
            #expect(try await send("GET", "/api/v1/keys/self", [cookie], port: port).status == 200)
            #expect(try await send("GET", "/api/v1/keys/self", [], port: port).status == 401)
            // A page of somebody else makes the browser send the cookie, too.
            let evil = ("Origin", "http://evil.example")
            #expect(try await send("POST", "/api/v1/sessions", [cookie, evil], body: "{}", port: port).status == 403)
            #expect(try await send("POST", "/api/v1/sessions", [cookie], body: "{}", port: port).status == 403)
            let admin = server.api.with(key: "the-operators-own-key")
            try await SessionClient.with(admin) { session in
                let headers = ["Cookie: \(cookie.1)", "Origin: \(origin.1)"]
                try await TerminalClient.with(session.id, headers: headers, port: port) { shell in
                    try await shell.type("echo he''re\r")
                    try await shell.read(through: "here\r\n")
                }
                let out = try await send("POST", "/api/v1/sign-out", [cookie, origin], port: port)
                #expect(out.status == 200 && out.cookie?.contains("Max-Age=0") == true)
                #expect(try await send("GET", "/api/v1/keys/self", [cookie], port: port).status == 401)
                await #expect(throws: TerminalClient.Refused.self) {
                    try await TerminalClient.with(session.id, headers: headers, port: port) { _ in }
                }
            }
        }
    }
}
