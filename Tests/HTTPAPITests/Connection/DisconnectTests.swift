import Isolation
import Sessions
import Testing

@testable import HTTPAPI

@Suite(.timeLimit(.minutes(1))) struct DisconnectTests {
    @Test func closingTheConnectionCancelsTheRun() async throws {
        let server = try TestServer()
        try await server.live { live in
            let execution = try await live.connect { connection in
                try await connection.sendRun("wait")
                let execution = try await server.executions.next()
                #expect(!execution.isCancelled)
                return execution
            }
            #expect(await execution.result().outcome == .cancelled)
        }
    }

    @Test func closingTheSendingHalfCancelsTheRunAndStillGetsItsResult() async throws {
        let server = try TestServer()
        try await server.live { live in
            try await live.connect { connection in
                try await connection.sendRun("wait")
                _ = try await server.executions.next()
                connection.finish()
                let answer = try await connection.readAnswer()
                #expect(answer.head.hasPrefix("HTTP/1.1 200 OK"))
                #expect(answer.body.contains(#""status":"cancelled""#))
            }
        }
    }

    @Test func closingAStreamCancelsTheRun() async throws {
        let server = try TestServer()
        try await server.live { live in
            let execution = try await live.connect { connection in
                try await connection.sendRun("wait", headers: "Accept: text/event-stream\r\n")
                _ = try await connection.read(through: "event: started")
                return try await server.executions.next()
            }
            #expect(await execution.result().outcome == .cancelled)
        }
    }

    @Test func closingDoesNotCancelAnAsynchronousRun() async throws {
        let server = try TestServer()
        try await server.live { live in
            let execution = try await live.connect { connection in
                let body = #"{"code": "wait", "language": "bash", "async": true}"#
                try await connection.send(
                    "POST /execute HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                #expect(try await connection.readAnswer().head.hasPrefix("HTTP/1.1 202"))
                return try await server.executions.next()
            }
            // A second connection comes and goes: by then the server has seen the end of the first.
            try await live.connect { connection in
                try await connection.sendRun("hello")
                _ = try await connection.readAnswer()
            }
            #expect(!execution.isCancelled)
        }
    }

    @Test func aConnectionServesManyRequests() async throws {
        let server = try TestServer()
        try await server.live { live in
            try await live.connect { connection in
                for number in 1...5 {
                    try await connection.sendRun("hello \(number)")
                    let answer = try await connection.readAnswer()
                    #expect(answer.body.contains(#""stdout":"hello \#(number)""#))
                }
            }
        }
        #expect(server.executions.requests.count == 5)
    }

    @Test func requestsThatComeTogetherAreAnsweredInTheirOrder() async throws {
        try await TestServer().live { live in
            try await live.connect { connection in
                let get = "GET /ready HTTP/1.1\r\nHost: a\r\nX-Request-Id: "
                try await connection.send("\(get)one\r\n\r\n\(get)two\r\n\r\n")
                #expect(try await connection.readAnswer().head.contains("X-Request-Id: one"))
                #expect(try await connection.readAnswer().head.contains("X-Request-Id: two"))
            }
        }
    }

    @Test func shuttingDownEndsRunsThatClientsWaitFor() async throws {
        let server = try TestServer()
        try await server.live { live in
            try await live.connect { stream in
                try await live.connect { plain in
                    try await stream.sendRun("wait", headers: "Accept: text/event-stream\r\n")
                    _ = try await stream.read(through: "event: started")
                    try await plain.sendRun("wait")
                    _ = try await server.executions.next()
                    _ = try await server.executions.next()
                    await live.shutDown()
                    #expect(try await stream.readToEnd().contains(#""status":"cancelled""#))
                    #expect(try await plain.readToEnd().contains(#""status":"cancelled""#))
                }
            }
        }
    }
}
