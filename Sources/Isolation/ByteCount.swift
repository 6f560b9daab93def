/// A size in bytes. Arithmetic on sizes happens in `bytes`; the unit is chosen where a value is made or printed.
package struct ByteCount: Hashable, Comparable, Sendable {
    package var bytes: Int

    package init(_ bytes: Int) { self.bytes = bytes }

    package static func kibibytes(_ count: Int) -> ByteCount { ByteCount(count << 10) }
    package static func mebibytes(_ count: Int) -> ByteCount { ByteCount(count << 20) }

    /// Whole mebibytes, rounded down.
    package var mebibytes: Int { bytes >> 20 }

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}
