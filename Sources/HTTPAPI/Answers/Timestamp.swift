package import Foundation
package import Sessions

/// A point in time as answers give it: ISO 8601 in UTC, with milliseconds.
package struct Timestamp: Sendable, CustomStringConvertible {
    package let date: Date

    package init(_ date: Date) { self.date = date }

    package init(_ time: WallTime) { self.init(Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)) }

    package var description: String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

extension WallTime {
    var json: JSONValue { .string(Timestamp(self).description) }
}
