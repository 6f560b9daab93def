import Foundation

/// How an answer carries the bytes that a program wrote.
enum OutputEncoding: String, CaseIterable, Sendable {
    /// As text; what is not UTF-8 is replaced by U+FFFD.
    case utf8
    /// Exactly, in base64.
    case base64

    func json(_ bytes: [UInt8]) -> JSONValue {
        switch self {
        case .utf8: .string(String(decoding: bytes, as: UTF8.self))
        case .base64: .string(Data(bytes).base64EncodedString())
        }
    }
}
