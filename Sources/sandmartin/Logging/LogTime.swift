import LinuxKernel

/// A moment of the wall clock, written as `2026-11-20T12:00:00.000Z`.
struct LogTime: Hashable, Sendable {
    /// Since 1970, UTC.
    let milliseconds: Int

    static func now() -> LogTime { LogTime(milliseconds: WallClock.milliseconds()) }

    func append(to line: inout [UInt8]) {
        let (days, ofDay) = (milliseconds / 86_400_000, milliseconds % 86_400_000)
        let date = Self.date(days)
        Self.append(date.year, digits: 4, to: &line)
        line.append(UInt8(ascii: "-"))
        Self.append(date.month, digits: 2, to: &line)
        line.append(UInt8(ascii: "-"))
        Self.append(date.day, digits: 2, to: &line)
        line.append(UInt8(ascii: "T"))
        Self.append(ofDay / 3_600_000, digits: 2, to: &line)
        line.append(UInt8(ascii: ":"))
        Self.append(ofDay / 60_000 % 60, digits: 2, to: &line)
        line.append(UInt8(ascii: ":"))
        Self.append(ofDay / 1000 % 60, digits: 2, to: &line)
        line.append(UInt8(ascii: "."))
        Self.append(ofDay % 1000, digits: 3, to: &line)
        line.append(UInt8(ascii: "Z"))
    }

    /// Howard Hinnant's `civil_from_days`, for days since 1970: years begin in March, so that the leap day is the last.
    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func append(_ number: Int, digits: Int, to line: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            line.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
