package import NIOCore

extension JSONValue {
    /// The value as JSON text in UTF-8, without white space, members in their order.
    package func write(to buffer: inout ByteBuffer) {
        switch self {
        case .null: buffer.writeStaticString("null")
        case .boolean(let value): buffer.writeStaticString(value ? "true" : "false")
        case .integer(let value): buffer.writeString(String(value))
        case .number(let value): buffer.writeString(Self.text(value))
        case .string(let value): Self.write(value, to: &buffer)
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                buffer.writeStaticString(index == 0 ? "[" : ",")
                element.write(to: &buffer)
            }
            buffer.writeStaticString(elements.isEmpty ? "[]" : "]")
        case .object(let members):
            for (index, member) in members.enumerated() {
                buffer.writeStaticString(index == 0 ? "{" : ",")
                Self.write(member.key, to: &buffer)
                buffer.writeStaticString(":")
                member.value.write(to: &buffer)
            }
            buffer.writeStaticString(members.isEmpty ? "{}" : "}")
        }
    }

    /// JSON has no infinity and no NaN: they become null.
    private static func text(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
        return number.description
    }

    private static func write(_ text: String, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("\"")
        var text = text
        text.withUTF8 { bytes in
            var run = 0
            for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F {
                buffer.writeBytes(bytes[run..<index])
                writeEscape(of: byte, to: &buffer)
                run = index + 1
            }
            buffer.writeBytes(bytes[run...])
        }
        buffer.writeStaticString("\"")
    }

    private static func writeEscape(of byte: UInt8, to buffer: inout ByteBuffer) {
        switch byte {
        case 0x22: buffer.writeStaticString("\\\"")
        case 0x5C: buffer.writeStaticString("\\\\")
        case 0x0A: buffer.writeStaticString("\\n")
        case 0x0D: buffer.writeStaticString("\\r")
        case 0x09: buffer.writeStaticString("\\t")
        default:
            buffer.writeStaticString(byte < 0x10 ? "\\u000" : "\\u00")
            buffer.writeString(String(byte, radix: 16))
        }
    }
}
