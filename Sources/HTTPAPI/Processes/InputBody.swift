import Foundation
import Sessions

/// The body of `POST …/processes/{pid}/stdin`.
struct InputBody: Hashable {
    let bytes: [UInt8]
    /// Whether standard input ends after it.
    let closes: Bool

    static let fields = ["data", "encoding", "close"]

    init(_ json: JSONValue) throws(InvalidRequest) {
        let body = try ObjectReader(json, fields: Self.fields)
        let text = try body.string("data") ?? ""
        closes = try body.boolean("close") ?? false
        switch try body.outputEncoding("encoding") {
        case .utf8: bytes = Array(text.utf8)
        case .base64:
            guard let data = Data(base64Encoded: text) else {
                throw InvalidRequest(field: "data", message: "data is not valid base64.")
            }
            bytes = Array(data)
        }
        guard closes || !bytes.isEmpty else {
            throw InvalidRequest(field: "data", message: "data must not be empty, unless close is true.")
        }
    }
}
