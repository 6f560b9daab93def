import CLinux

/// The clock of people and records (CLOCK_REALTIME of clock_gettime(2)). It can be set, and so never measures anything.
package enum WallClock {
    /// Whole milliseconds since 1970, UTC.
    package static func milliseconds() -> Int { Int(linux_realtime_milliseconds()) }
}
