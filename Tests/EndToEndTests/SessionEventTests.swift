import Foundation
import Testing

/// What a session tells of itself while it happens.
@Suite(.server(["POLICY": "permissive"]), .timeLimit(.minutes(5))) struct SessionEventTests {
    @Test func filesAndCommandsAreToldWhoeverChangesThem() async throws {
        try await SessionClient.with(try ServerProcess.current.api) { session in
            try await session.events { events in
                #expect(try await events.next()?.name == "state")
                _ = try await session.run("echo x >by-a-command")
                var (files, commands): (Set<String>, Set<String>) = ([], [])
                while !files.contains("by-a-command") || !commands.contains("command_ended") {
                    let event = try #require(try await events.next())
                    if event.name == "files" { files.insert(try event.decoded(as: Change.self).path) }
                    if event.name.hasPrefix("command") { commands.insert(event.name) }
                }
                #expect(commands == ["command_started", "command_ended"])
                let body = #"{"mkdir": {"path": "by-a-request"}}"#
                #expect(try await session.api.post("\(session.path)/files", body: body).status == 201)
                while !files.contains("by-a-request") {
                    let event = try #require(try await events.next())
                    if event.name == "files" { files.insert(try event.decoded(as: Change.self).path) }
                }
            }
        }
    }

    @Test func theStreamEndsWithTheSession() async throws {
        let api = try ServerProcess.current.api
        let made: SessionAnswer = try await api.post("/api/v1/sessions", body: "{}").decoded()
        let session = SessionClient(api: api, id: made.id)
        try await session.events { events in
            #expect(try await events.next()?.name == "state")
            #expect(try await api.delete(session.path).status == 204)
            _ = try await events.rest()
        }
    }

    private struct Change: Decodable {
        let change: String
        let path: String
    }
}
