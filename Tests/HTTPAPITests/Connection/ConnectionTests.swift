import NIOCore
import Testing

@testable import HTTPAPI

@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    /// What a connection gets for what it sends, until the server closes.
    private func exchange(
        _ text: String, configure: @Sendable (inout APIServer.Configuration) -> Void = { _ in }
    ) async throws -> String {
        try await TestServer(configure: configure).live { live in
            let answer = try await live.connect { connection in
                try await connection.send(text)
                return try await connection.readToEnd()
            }
            // The server is none the worse for it.
            try await live.connect { connection in
                try await connection.sendRun("hello")
                #expect(try await connection.readAnswer().body.contains(#""stdout":"hello""#))
            }
            return answer
        }
    }

    @Test(arguments: ["", "POST /exec", "POST /execute HTTP/1.1\r\nHost: a\r\nX-Slow: 1\r\n"])
    func aHeadThatDoesNotComeIsNotWaitedFor(head: String) async throws {
        let answer = try await exchange(head) { $0.connections.requestTimeout = .milliseconds(200) }
        if head.isEmpty {
            #expect(answer.isEmpty)
        } else {
            #expect(answer.hasPrefix("HTTP/1.1 408"))
            #expect(answer.contains(#""code":"request_timeout""#))
        }
    }

    @Test func aBodyThatDoesNotComeIsNotWaitedFor() async throws {
        let answer = try await exchange("POST /execute HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{") {
            $0.connections.requestTimeout = .milliseconds(200)
        }
        #expect(answer.hasPrefix("HTTP/1.1 408"))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test func aConnectionThatRestsTooLongIsClosed() async throws {
        let answer = try await exchange("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.connections.requestTimeout = .milliseconds(100)
            $0.connections.idleTimeout = .milliseconds(100)
        }
        #expect(answer.hasPrefix("HTTP/1.1 200"))
    }

    @Test func whatIsNotHTTPGetsTheErrorShape() async throws {
        let answer = try await exchange("\u{16}\u{03}\u{01} hello\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 400"))
        #expect(answer.contains(#""code":"invalid_request""#))
        #expect(answer.lowercased().contains("x-request-id: "))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test func longHeaderFieldsAre431() async throws {
        let field = String(repeating: "a", count: 40_000)
        let answer = try await exchange("GET / HTTP/1.1\r\nHost: a\r\nX-Long: \(field)\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 431"))
        #expect(answer.contains(#""code":"headers_too_large""#))
    }

    @Test func aBodyThatIsAnnouncedTooLongIsRefusedBeforeItComes() async throws {
        let answer = try await exchange(
            "POST /execute HTTP/1.1\r\nHost: a\r\nContent-Length: \(32 << 20)\r\nExpect: 100-continue\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 413"))
        #expect(answer.contains(#""code":"too_large""#))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test func aBodyOfUnknownLengthIsReadNoFurtherThanItsBound() async throws {
        let chunk = "10000\r\n" + String(repeating: " ", count: 0x10000) + "\r\n"
        let answer = try await exchange(
            "POST /execute HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)\(chunk)"
        ) { $0.bounds.body = 100_000 }
        #expect(answer.hasPrefix("HTTP/1.1 413"))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test func aClientThatAsksIsToldToContinue() async throws {
        try await TestServer().live { live in
            try await live.connect { connection in
                let body = #"{"code": "hello", "language": "bash"}"#
                try await connection.send(
                    "POST /execute HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                )
                #expect(try await connection.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue"))
                try await connection.send(body)
                #expect(try await connection.readAnswer().body.contains(#""stdout":"hello""#))
            }
        }
    }

    @Test(arguments: ["close", "Close", "TE, close"])
    func aConnectionIsClosedWhenTheClientSaysSo(option: String) async throws {
        let answer = try await exchange("GET /ready HTTP/1.1\r\nHost: a\r\nConnection: \(option)\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test(arguments: ["Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", "Content-Length: x\r\n\r\n"])
    func aBodyThatIsNotHTTPGetsTheErrorShape(rest: String) async throws {
        let answer = try await exchange("POST /execute HTTP/1.1\r\nHost: a\r\n\(rest)")
        #expect(answer.hasPrefix("HTTP/1.1 400"))
        #expect(answer.contains(#""code":"invalid_request""#))
    }

    @Test func twoLengthsForOneBodyAreRefused() async throws {
        let answer = try await exchange(
            "POST /execute HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 400"))
    }

    @Test func anAnswerThatNeedsNoBodyDoesNotWaitForIt() async throws {
        let answer = try await exchange("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{")
        #expect(answer.hasPrefix("HTTP/1.1 404"))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test func aRequestForAnUpgradeIsAnsweredAndTheConnectionClosed() async throws {
        let answer = try await exchange(
            "GET /ready HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
        )
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test func aBodyThatIsCutOffIsNotRun() async throws {
        let server = try TestServer()
        try await server.live { live in
            try await live.connect { connection in
                // The JSON is whole, the body is not.
                try await connection.send(
                    "POST /execute HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"
                        + #"{"code": "hello", "language": "bash"}"#)
                connection.finish()
                #expect(try await connection.readToEnd().contains("200 OK") == false)
            }
        }
        #expect(server.executions.requests.isEmpty)
    }

    @Test func anAnswerToHeadHasNoBodyAndTheNextAnswerIsInItsPlace() async throws {
        try await TestServer().live { live in
            try await live.connect { connection in
                for path in ["/nothing", "/health"] {
                    try await connection.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try await connection.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 "))
                    try await connection.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try await connection.readAnswer().body.contains(#""ready":true"#))
                }
            }
        }
    }
}

@Suite struct ConnectionStateTests {
    private let start = NIODeadline.now()
    private var limits: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.requestTimeout = .seconds(10)
        limits.idleTimeout = .seconds(60)
        limits.minimumRate = 1000
        return limits
    }

    private func state() -> ConnectionState { ConnectionState(limits: limits, now: start) }

    @Test func aNewConnectionMustSendSomething() {
        var state = state()
        #expect(state.timerFired(now: start + .seconds(9), pending: 0) == .lookAgain(start + .seconds(10)))
        #expect(state.timerFired(now: start + .seconds(10), pending: 0) == .close)
    }

    @Test func everyByteOfARequestEarnsTime() {
        var state = state()
        state.bytesArrived(5000, now: start + .seconds(9))
        #expect(state.phase == .receiving)
        // 9 + 10 + 5000 / 1000
        #expect(state.timerFired(now: start + .seconds(19), pending: 0) == .lookAgain(start + .seconds(24)))
        #expect(state.timerFired(now: start + .seconds(24), pending: 0) == .requestTimeout)
    }

    @Test func anAnswerMayTakeAnyTime() {
        var state = state()
        state.bytesArrived(1, now: start)
        state.headArrived(isLast: false)
        #expect(state.hasOpenRequest)
        state.requestEnded()
        #expect(state.phase == .answering)
        #expect(state.timerFired(now: start + .hours(1), pending: 0) == .lookAgain(start + .hours(1) + .seconds(10)))
        state.answerEnded(now: start + .hours(1))
        #expect(state.phase == .waiting)
        #expect(
            state.timerFired(now: start + .hours(1) + .seconds(59), pending: 0)
                == .lookAgain(start + .hours(1) + .seconds(60)))
        #expect(state.timerFired(now: start + .hours(1) + .seconds(60), pending: 0) == .close)
    }

    @Test func aClientThatTakesNothingIsGone() {
        var state = state()
        state.headArrived(isLast: false)
        state.requestEnded()
        state.answerEnded(now: start)
        #expect(state.timerFired(now: start + .seconds(100), pending: 700) == .lookAgain(start + .seconds(110)))
        #expect(state.timerFired(now: start + .seconds(110), pending: 600) == .lookAgain(start + .seconds(120)))
        #expect(state.timerFired(now: start + .seconds(120), pending: 600) == .close)
    }

    @Test func anAnswerBeforeTheEndOfItsRequestIsEarly() {
        var state = state()
        state.headArrived(isLast: false)
        #expect(state.wouldAnswerEarly)
        state.requestEnded()
        #expect(!state.wouldAnswerEarly)
        // The next one has begun while the first is being answered.
        state.headArrived(isLast: false)
        #expect(!state.wouldAnswerEarly)
        state.answerEnded(now: start)
        #expect(state.wouldAnswerEarly)
        state.willClose()
        #expect(state.phase == .closing)
    }
}
