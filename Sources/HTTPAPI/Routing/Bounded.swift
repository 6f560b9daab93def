import Isolation
import Sessions

/// Numbers of a request that must lie in a range: zero, negative ones, NaN and what overflows do not.
enum Bounded {
    /// Seconds, with a fraction. Nil when `value` is.
    static func seconds(
        _ value: Double?, _ field: String, from least: Double, to most: Duration
    ) throws(InvalidRequest) -> Duration? {
        guard let value else { return nil }
        let most = most / .seconds(1)
        // Written so that NaN fails.
        guard value >= least, value <= most else {
            throw InvalidRequest(
                field: field, message: "\(field) must be between \(text(least)) and \(text(most)) seconds.")
        }
        return .seconds(value)
    }

    /// A whole number. Nil when `value` is.
    static func whole(
        _ value: Double?, _ field: String, from least: Int, to most: Int
    ) throws(InvalidRequest) -> Int? {
        guard let value else { return nil }
        guard value >= Double(least), value <= Double(most), value == value.rounded() else {
            throw InvalidRequest(
                field: field, message: "\(field) must be a whole number between \(least) and \(most).")
        }
        return Int(value)
    }

    private static func text(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
