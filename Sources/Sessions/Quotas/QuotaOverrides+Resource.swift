import Isolation

extension QuotaOverrides {
    /// The most that a quota can be, in the unit of the resource.
    private static let maximum = 1_000_000_000.0

    /// Sets one quota in the unit that the resource's name tells. Throws for what is no whole number between 0 and a
    /// billion; 0 allows nothing.
    package mutating func set(_ resource: QuotaResource, to number: Double) throws(InvalidRequest) {
        // Written so that NaN fails.
        guard number >= 0, number <= Self.maximum, number == number.rounded() else {
            let field = "quota.\(resource.rawValue)"
            throw InvalidRequest(
                field: field, message: "\(field) must be a whole number between 0 and \(Int(Self.maximum)).")
        }
        switch resource {
        case .concurrentRuns: concurrentRuns = Int(number)
        case .sessions: sessions = Int(number)
        case .runsPerMinute: runsPerMinute = Int(number)
        case .cpuPerHour: cpuPerHour = .seconds(number)
        case .disk: disk = .mebibytes(Int(number))
        }
    }
}
