/// One thing that is tried at a running server.
struct SelftestCheck: Sendable {
    /// What holds when it passes, in a few words.
    let name: String
    /// Answers what was found, in a few words. Throws `NotAvailable` when the server has not what is looked at; everything
    /// else that it throws is a failure.
    let body: @Sendable (ServerUnderTest) async throws -> String

    init(_ name: String, _ body: @escaping @Sendable (ServerUnderTest) async throws -> String) {
        self.name = name
        self.body = body
    }

    /// The server has not what a check looks at, or it could not be tried: neither good nor bad.
    struct NotAvailable: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// What should hold does not.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }
}

/// Throws a failure unless `condition` holds.
func expect(_ condition: Bool, _ failure: @autoclosure () -> String) throws {
    guard condition else { throw SelftestCheck.Failure(failure()) }
}
