import Sessions

/// What a `POST …/files` asks for: exactly one change.
enum FileChangeBody: Hashable {
    case move(from: FilePath, to: FilePath, replacing: Bool)
    case copy(from: FilePath, to: FilePath, replacing: Bool)
    case makeFolder(FilePath)

    static let fields = ["move", "copy", "mkdir"]
    static let transferFields = ["from", "to", "overwrite"]
    static let folderFields = ["path"]

    init(_ body: JSONValue) throws(InvalidRequest) {
        let reader = try ObjectReader(body, fields: Self.fields)
        let given = Self.fields.filter { reader.member($0) != nil }
        guard given.count == 1, let field = given.first, let value = reader.member(field) else {
            throw InvalidRequest(field: "body", message: "The body must have one of move, copy and mkdir.")
        }
        guard field != "mkdir" else {
            let members = try ObjectReader(value, path: field, fields: Self.folderFields)
            self = .makeFolder(try WirePath.member(try members.requiredString("path"), members.name(of: "path")))
            return
        }
        let members = try ObjectReader(value, path: field, fields: Self.transferFields)
        let from = try WirePath.member(try members.requiredString("from"), members.name(of: "from"))
        let to = try WirePath.member(try members.requiredString("to"), members.name(of: "to"))
        let replacing = try members.boolean("overwrite") ?? false
        self =
            field == "move"
            ? .move(from: from, to: to, replacing: replacing) : .copy(from: from, to: to, replacing: replacing)
    }
}
