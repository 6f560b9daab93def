package import Foundation

/// A point in time as answers give it: ISO 8601 in UTC, with milliseconds.
package struct Timestamp: Sendable, CustomStringConvertible {
    package let date: Date

    package init(_ date: Date) { self.date = date }

    package var description: String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
