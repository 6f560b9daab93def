import Foundation
import GRDB
import Isolation
import Sessions

/// Reads columns into types that are made only by validation; a value that is none of theirs is a failure, never a guess.
struct RowReader {
    let row: Row

    func integer(_ column: String) throws(StoreFailure) -> Int {
        guard let value = row[column] as Int? else { throw unreadable(column) }
        return value
    }

    func text(_ column: String) throws(StoreFailure) -> String {
        guard let value = row[column] as String? else { throw unreadable(column) }
        return value
    }

    func bytes(_ column: String) throws(StoreFailure) -> [UInt8] {
        guard let value = row[column] as Data? else { throw unreadable(column) }
        return Array(value)
    }

    /// Any type that is made from its text.
    func value<Value>(_ column: String, _ make: (String) -> Value?) throws(StoreFailure) -> Value {
        guard let value = make(try text(column)) else { throw unreadable(column) }
        return value
    }

    func time(_ column: String) throws(StoreFailure) -> WallTime { WallTime(milliseconds: try integer(column)) }
    func duration(_ column: String) throws(StoreFailure) -> Duration { .microseconds(try integer(column)) }
    func size(_ column: String) throws(StoreFailure) -> ByteCount { ByteCount(try integer(column)) }

    func optionalInteger(_ column: String) -> Int? { row[column] }
    func optionalBytes(_ column: String) -> [UInt8]? { (row[column] as Data?).map { Array($0) } }
    func optionalText(_ column: String) -> String? { row[column] }
    func optionalTime(_ column: String) -> WallTime? { optionalInteger(column).map(WallTime.init(milliseconds:)) }

    func dictionary(_ column: String) throws(StoreFailure) -> [String: String] {
        let data = Data(try text(column).utf8)
        do {
            return try JSONDecoder().decode([String: String].self, from: data)
        } catch {
            throw unreadable(column)
        }
    }

    private func unreadable(_ column: String) -> StoreFailure {
        StoreFailure("read the column \(column)", "its value is not one that this version writes")
    }
}

/// Values as columns hold them.
extension Duration {
    var column: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    }
}

extension [String: String] {
    /// A JSON object, its members sorted by name. Every answer of a run waits for one, which cost it some 40 µs by
    /// JSONEncoder.
    var column: String {
        var json: [UInt8] = [UInt8(ascii: "{")]
        for (index, member) in sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            Self.write(member.key, to: &json)
            json.append(UInt8(ascii: ":"))
            Self.write(member.value, to: &json)
        }
        return String(decoding: json + [UInt8(ascii: "}")], as: UTF8.self)
    }

    private static func write(_ text: String, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case 0..<0x20: json += ((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16)).utf8
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): json += [UInt8(ascii: "\\"), byte]
            default: json.append(byte)
            }
        }
        json.append(UInt8(ascii: "\""))
    }
}

extension [UInt8] {
    var column: Data { Data(self) }
}
