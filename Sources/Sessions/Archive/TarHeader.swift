/// The fields of one header block of a tar archive.
struct TarHeader {
    let block: [UInt8]

    init(_ block: [UInt8]) { self.block = block }

    /// The name, with the prefix that ustar keeps apart.
    var path: [UInt8] {
        let name = text(0, 100)
        guard block[257..<263].elementsEqual(Array("ustar\0".utf8)) else { return name }
        let prefix = text(345, 155)
        return prefix.isEmpty ? name : prefix + [0x2F] + name
    }

    var target: [UInt8] { text(157, 100) }
    var flag: UInt8 { block[156] }
    var size: Int? { number(124, 12) }
    var modified: Int { number(136, 12) ?? 0 }
    var mode: Int { (number(100, 8) ?? 0o644) & 0o7777 }

    /// Whether the checksum is right: of all bytes, with spaces for the checksum itself.
    var isIntact: Bool {
        let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
        return number(148, 8) == sum
    }

    private func text(_ offset: Int, _ length: Int) -> [UInt8] {
        Array(block[offset..<(offset + length)].prefix { $0 != 0 })
    }

    /// Octal digits among spaces and NULs, or base 256 if the first bit is set; nil for anything else.
    private func number(_ offset: Int, _ length: Int) -> Int? {
        let field = block[offset..<(offset + length)]
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            // More than 63 bits are no size and no time.
            guard first == 0x80 || first == 0xFF,
                field.dropLast(8).dropFirst().allSatisfy({ $0 == first & 0x7F | (first == 0xFF ? 0x80 : 0) })
            else { return nil }
            return field.suffix(8).reduce(0) { $0 << 8 | Int($1) }
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        guard !digits.isEmpty else { return 0 }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
