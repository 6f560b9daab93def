package import Isolation

extension FilePath {
    /// The text of names, which may be any bytes: as they are where they are UTF-8, a byte that is not as `\xE9`, and a
    /// backslash as `\\`. Exactly one text belongs to each name.
    package static func text(of bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return escaped(text) }
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            let character = (1...4).lazy.compactMap { count in
                rest.count >= count ? String(validating: rest.prefix(count), as: UTF8.self) : nil
            }.first
            if let character {
                text += escaped(character)
                rest = rest.dropFirst(character.utf8.count)
            } else {
                let digits = String(first, radix: 16, uppercase: true)
                text += "\\x" + (digits.count < 2 ? "0" : "") + digits
                rest = rest.dropFirst()
            }
        }
        return text
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        return text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
    }

    /// From such a text, in UTF-8 or with any other bytes as they are; throws also for a backslash that begins no escape.
    package init(text bytes: some Sequence<UInt8>) throws(WorkspacePath.Invalid) {
        var path: [UInt8] = []
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                path.append(byte)
                continue
            }
            if rest.first == UInt8(ascii: "\\") {
                path.append(byte)
                rest.removeFirst()
            } else if rest.first == UInt8(ascii: "x"), let value = Self.hexadecimal(rest.dropFirst().prefix(2)) {
                path.append(value)
                rest.removeFirst(3)
            } else {
                throw WorkspacePath.Invalid(reason: "has a backslash that is neither \\\\ nor \\x with two digits")
            }
        }
        try self.init(path)
    }

    package init(text: String) throws(WorkspacePath.Invalid) { try self.init(text: text.utf8) }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2 else { return nil }
        var value: UInt8 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | (digit - UInt8(ascii: "A") + 10)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | (digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
