import Logging

/// Turns one event into the bytes of one line, its newline included.
struct LogLine {
    let format: LogFormat
    let time: LogTime
    let label: String

    func bytes(_ event: LogEvent, metadata: Logger.Metadata) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        switch format {
        case .json: writeJSON(event, metadata, to: &line)
        case .text: writeText(event, metadata, to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    // MARK: JSON

    /// Keys of the line itself; metadata of the same name gets the prefix `metadata.`.
    private static let ownKeys: Set<String> = ["time", "level", "logger", "message", "error"]

    private func writeJSON(_ event: LogEvent, _ metadata: Logger.Metadata, to line: inout [UInt8]) {
        line += Array(#"{"time":""#.utf8)
        time.append(to: &line)
        line += Array(#"","level":""#.utf8) + Array(event.level.rawValue.utf8) + Array(#"","logger":"#.utf8)
        Self.appendQuoted(label, to: &line)
        line += Array(#","message":"#.utf8)
        Self.appendQuoted(event.message.description, to: &line)
        if let error = event.error {
            line += Array(#","error":"#.utf8)
            Self.appendQuoted("\(error)", to: &line)
        }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            Self.appendMember(Self.ownKeys.contains(key) ? "metadata." + key : key, value, to: &line)
        }
        line.append(UInt8(ascii: "}"))
    }

    /// Dictionaries are flattened: their keys are joined with dots.
    private static func appendMember(_ key: String, _ value: Logger.MetadataValue, to line: inout [UInt8]) {
        if case .dictionary(let members) = value {
            for (inner, value) in members.sorted(by: { $0.key < $1.key }) {
                appendMember("\(key).\(inner)", value, to: &line)
            }
            return
        }
        line.append(UInt8(ascii: ","))
        appendQuoted(key, to: &line)
        line.append(UInt8(ascii: ":"))
        appendValue(value, to: &line)
    }

    private static func appendValue(_ value: Logger.MetadataValue, to line: inout [UInt8]) {
        switch value {
        case .string(let text): appendQuoted(text, to: &line)
        case .stringConvertible(let value): appendConvertible(value, to: &line)
        case .array(let values):
            line.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                appendValue(value, to: &line)
            }
            line.append(UInt8(ascii: "]"))
        case .dictionary(let members):
            appendQuoted("\(members)", to: &line)
        }
    }

    /// Numbers and truth values stay what they are.
    private static func appendConvertible(_ value: any CustomStringConvertible, to line: inout [UInt8]) {
        switch value {
        case let value as any FixedWidthInteger: line += Array("\(value)".utf8)
        case let value as Bool: line += Array("\(value)".utf8)
        case let value as Double where value.isFinite: line += Array("\(value)".utf8)
        default: appendQuoted(value.description, to: &line)
        }
    }

    private static func appendQuoted(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): line += [UInt8(ascii: "\\"), UInt8(ascii: "\"")]
            case UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
            case UInt8(ascii: "\n"): line += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 0..<0x20, 0x7f: line += Array("\\u00".utf8) + [hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }

    // MARK: Text

    private func writeText(_ event: LogEvent, _ metadata: Logger.Metadata, to line: inout [UInt8]) {
        time.append(to: &line)
        line.append(UInt8(ascii: " "))
        line += Array(event.level.rawValue.utf8)
        line.append(UInt8(ascii: " "))
        Self.appendPlain(event.message.description, to: &line)
        if let error = event.error { Self.appendPlain(" error=\(error)", to: &line) }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { Self.appendPlain(" \(key)=\(value)", to: &line) }
    }

    /// Without control characters: an event is one line, and cannot reach the terminal's commands.
    private static func appendPlain(_ text: String, to line: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            line += isControl ? Array("\\u{\(String(scalar.value, radix: 16))}".utf8) : Array(String(scalar).utf8)
        }
    }
}
