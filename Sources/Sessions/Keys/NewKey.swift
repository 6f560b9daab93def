/// A key that somebody wants, checked: whoever holds one may create it.
package struct NewKey: Hashable, Sendable {
    package let name: String
    package let role: Caller.Role
    /// From its creation; nil: for ever.
    package let lifetime: Duration?
    package let overrides: QuotaOverrides

    /// A hundred years: what is longer is “for ever”, and must be said so.
    private static let longest = 36_500 * 86_400.0

    /// Throws for a name that is empty, longer than 100 characters or has control characters, and for a lifetime that is
    /// not 1 second to 100 years.
    package init(
        name: String, role: Caller.Role = .user, lifetimeSeconds: Double? = nil,
        overrides: QuotaOverrides = QuotaOverrides()
    ) throws(InvalidRequest) {
        let isPrintable = name.unicodeScalars.allSatisfy { !$0.properties.isControl }
        guard (1...100).contains(name.count), isPrintable, name.contains(where: { !$0.isWhitespace }) else {
            throw InvalidRequest(
                field: "name", message: "name must have 1 to 100 characters, none of them a control character.")
        }
        if let lifetimeSeconds {
            guard lifetimeSeconds >= 1, lifetimeSeconds <= Self.longest else {
                throw InvalidRequest(
                    field: "expires_in",
                    message:
                        "expires_in must be between 1 and \(Int(Self.longest)) seconds; leave it out for a key that does not expire."
                )
            }
        }
        self.name = name
        self.role = role
        lifetime = lifetimeSeconds.map(Duration.seconds)
        self.overrides = overrides
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool {
        switch generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: true
        default: false
        }
    }
}
