import Hummingbird
import Sessions

/// Reads the query of a request as strictly as `ObjectReader` reads its body.
struct QueryReader {
    private let parameters: [String: String]

    init(_ request: Request, fields: [String]) throws(InvalidRequest) {
        var parameters: [String: String] = [:]
        for (key, value) in request.uri.queryParameters {
            let name = String(key.prefix(64))
            guard fields.contains(name) else {
                let known = fields.isEmpty ? "this path has none" : "this path has \(fields.joined(separator: ", "))"
                throw InvalidRequest(field: name, message: "\(name) is not a known query parameter; \(known).")
            }
            guard parameters.updateValue(String(value), forKey: name) == nil else {
                throw InvalidRequest(field: name, message: "\(name) occurs twice in the query.")
            }
        }
        self.parameters = parameters
    }

    /// Nil when the query does not have it.
    func text(_ name: String) -> String? { parameters[name] }

    /// One of the values, or nil when the query does not have it.
    func choice<Value: CaseIterable & RawRepresentable<String>>(
        _ name: String, of type: Value.Type = Value.self
    ) throws(InvalidRequest) -> Value? {
        guard let text = parameters[name] else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidRequest(field: name, message: "\(name) must be one of \(known).")
        }
        return value
    }

    /// A whole number in `range`, or `standard` when the query does not have it.
    func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(InvalidRequest) -> Int {
        guard let text = parameters[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw InvalidRequest(
                field: name,
                message: "\(name) must be a whole number between \(range.lowerBound) and \(range.upperBound).")
        }
        return number
    }

    func outputEncoding() throws(InvalidRequest) -> OutputEncoding {
        guard let text = parameters["output_encoding"] else { return .utf8 }
        guard let encoding = OutputEncoding(rawValue: text) else {
            throw InvalidRequest(field: "output_encoding", message: "output_encoding must be “utf8” or “base64”.")
        }
        return encoding
    }
}
