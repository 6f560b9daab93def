import Testing

/// A condition did not become true in a time that is long for any machine.
struct DeadlineExceeded: Error, CustomStringConvertible {
    let condition: String
    var description: String { "this did not become true: \(condition)" }
}

/// Asks again and again until `value` answers something; throws after a minute. The time is no assertion: it only keeps
/// a failing test from waiting for ever.
func eventualValue<Value>(
    _ condition: String, isolation: isolated (any Actor)? = #isolation, _ value: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
        if let value = try await value() { return value }
        guard ContinuousClock.now < deadline else { throw DeadlineExceeded(condition: condition) }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Asks again and again until `isTrue`; throws after a minute.
func eventually(
    _ condition: String, isolation: isolated (any Actor)? = #isolation, isTrue: () async throws -> Bool
) async throws {
    _ = try await eventualValue(condition) { try await isTrue() ? true : nil }
}
