import HTTPTypes
import Sessions

extension FileConditions {
    /// `If-Match` and `If-None-Match`.
    init(_ headers: HTTPFields) throws(InvalidRequest) {
        self.init(
            match: try Self.tags(headers, .ifMatch), noneMatch: try Self.tags(headers, .ifNoneMatch))
    }

    private static func tags(_ headers: HTTPFields, _ name: HTTPField.Name) throws(InvalidRequest) -> Tags? {
        let values = headers[values: name]
        guard !values.isEmpty else { return nil }
        let parts = values.joined(separator: ",").split(separator: ",").map { EntityTag.trimmed($0) }
        if parts == ["*"] { return .any }
        var tags: [EntityTag] = []
        for part in parts {
            guard let tag = EntityTag(header: part) else {
                throw InvalidRequest(
                    field: name.rawName, message: "\(name.rawName) must be * or entity tags in quotation marks.")
            }
            tags.append(tag)
        }
        return .oneOf(tags)
    }
}

extension EntityTag {
    /// As a header field has it.
    var header: String { "\"\(text)\"" }

    /// A weak tag counts as the strong one that it came from: proxies that compress weaken ours.
    init?(header: String) {
        let text = header.hasPrefix("W/") ? header.dropFirst(2) : header[...]
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return nil }
        self.init(text: String(text.dropFirst().dropLast()))
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
