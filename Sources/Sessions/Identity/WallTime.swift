import LinuxKernel

/// A moment of the wall clock, in whole milliseconds since 1970 (UTC): for records, never for measuring.
package struct WallTime: Hashable, Comparable, Sendable {
    package var milliseconds: Int

    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    package static func now() -> WallTime { WallTime(milliseconds: WallClock.milliseconds()) }

    /// To the nearest millisecond; `duration` may be negative.
    package func advanced(by duration: Duration) -> WallTime {
        WallTime(milliseconds: milliseconds + Int((duration / .milliseconds(1)).rounded()))
    }

    package static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }
}
