/// What is kept on disk could not be read or written. Ours, never the caller's.
package struct StoreFailure: Error, Hashable, CustomStringConvertible {
    /// What was tried, as in “read the keys”.
    package let operation: String
    package let reason: String

    package init(_ operation: String, _ reason: String) {
        self.operation = operation
        self.reason = reason
    }

    package var description: String { "cannot \(operation): \(reason)" }
}
