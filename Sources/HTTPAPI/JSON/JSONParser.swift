/// A strict parser of RFC 8259, for texts from strangers.
///
/// Foundation's parsers keep one of two members of the same name, tell neither place nor lexical form, and bound neither
/// depth nor the number of values to what a request needs. Here nesting and count are bounded, so that a text of n bytes
/// cannot take more than a small multiple of n in memory or stack.
package struct JSONParser {
    /// Arrays and objects inside each other.
    static let maximumDepth = 64
    /// Values in the whole text, without the names of members.
    static let maximumValues = 100_000

    let bytes: [UInt8]
    var position = 0
    private var depth = 0
    private var values = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value of a UTF-8 text that is nothing but one JSON value.
    package static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes)
        let value = try parser.value()
        parser.skipWhitespace()
        guard parser.position == bytes.count else { throw parser.failure("expected the end of the text") }
        return value
    }

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        skipWhitespace()
        values += 1
        guard values <= Self.maximumValues else { throw failure("there are more than \(Self.maximumValues) values") }
        switch peek {
        case UInt8(ascii: "{"): return try nested { (parser) throws(JSONSyntaxError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(JSONSyntaxError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte): return try number()
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw failure("expected a value")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONSyntaxError) -> JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        guard depth < Self.maximumDepth else {
            throw failure("arrays and objects are nested more than \(Self.maximumDepth) deep")
        }
        depth += 1
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        var elements: [JSONValue] = []
        if consume("]") { return .array(elements) }
        repeat { elements.append(try value()) } while consume(",")
        guard consume("]") else { throw failure("expected “,” or “]”") }
        return .array(elements)
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        var members: [JSONValue.Member] = []
        var seen: Set<String> = []
        if consume("}") { return .object(members) }
        repeat {
            skipWhitespace()
            let start = position
            guard peek == UInt8(ascii: "\"") else { throw failure("expected the name of a member, in quotes") }
            let key = try string()
            guard seen.insert(key).inserted else { throw failure("a member occurs twice", at: start) }
            guard consume(":") else { throw failure("expected “:”") }
            members.append(JSONValue.Member(key: key, value: try value()))
        } while consume(",")
        guard consume("}") else { throw failure("expected “,” or “}”") }
        return .object(members)
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let start = position
        for byte in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
            guard peek == byte else { throw failure("expected a value", at: start) }
            position += 1
        }
        return value
    }
}

// MARK: - Cursor

extension JSONParser {
    /// The byte at the cursor; nil at the end.
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    mutating func skipWhitespace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// Skips white space, and `byte` after it if it is there.
    private mutating func consume(_ byte: Unicode.Scalar) -> Bool {
        skipWhitespace()
        guard peek == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    func failure(_ reason: String, at place: Int? = nil) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, in: bytes, at: place ?? position)
    }
}
