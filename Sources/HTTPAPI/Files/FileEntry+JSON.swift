import Foundation
import LinuxKernel
import Sessions

extension FileEntry {
    var json: JSONValue {
        [
            "path": .string(path.description), "name": .string(FilePath.text(of: path.name)),
            "type": .string(status.kind.rawValue), "size_bytes": .integer(status.size),
            "allocated_bytes": .integer(status.allocated), "mode": .string(Self.octal(status.mode)),
            "modified_at": .string(Self.timestamp(status.modified).description), "etag": .string(tag.header),
            "target": .optional(target.map { FilePath.text(of: $0) }),
        ]
    }

    private static func octal(_ mode: Int) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Programs set times as they like: what lies outside of the years 1 to 9999 is given as their end.
    private static func timestamp(_ time: FileStatus.Time) -> Timestamp {
        let seconds = min(max(time.seconds, -62_135_596_800), 253_402_300_799)
        return Timestamp(Date(timeIntervalSince1970: Double(seconds) + Double(time.nanoseconds / 1_000_000) / 1000))
    }
}

extension FileList {
    var json: JSONValue {
        [
            "entry": subject.json, "entries": .array(entries.map(\.json)), "next_cursor": .optional(next),
        ]
    }
}
