import Testing

extension APIClient {
    /// Whatever happened before, the server does its work.
    func expectThatTheNextRunWorks(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let answer = try await run(RunRequest(code: "echo fine"))
        #expect(answer.status == "ok", sourceLocation: sourceLocation)
        #expect(answer.stdout == "fine\n", sourceLocation: sourceLocation)
    }
}
