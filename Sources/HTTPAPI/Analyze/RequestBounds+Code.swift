import Sessions

extension RequestBounds {
    /// Throws unless a program can be taken: text, and not too much of it.
    func check(code text: String) throws {
        guard !text.isEmpty else { throw InvalidRequest(field: "code", message: "code must not be empty.") }
        guard text.utf8.count <= code else {
            throw APIError(.tooLarge, "code may have at most \(code) bytes, not \(text.utf8.count).", field: "code")
        }
        guard !text.utf8.contains(0) else {
            throw InvalidRequest(field: "code", message: "code must not have a NUL character.")
        }
    }
}
