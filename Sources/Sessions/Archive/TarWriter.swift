/// The bytes of a tar archive as GNU tar writes it, which every tar reads: headers of 512 bytes, long names in members of
/// their own (`L`, `K`), numbers that are too large in base 256. Names are any bytes.
enum TarWriter {
    static let block = 512

    /// What comes before an entry's data.
    static func header(_ entry: TarEntry) -> [UInt8] {
        var bytes: [UInt8] = []
        var target: [UInt8] = []
        var size = 0
        var flag = UInt8(ascii: "0")
        switch entry.kind {
        case .file(let count): size = count
        case .folder: flag = UInt8(ascii: "5")
        case .link(let leadsTo):
            flag = UInt8(ascii: "2")
            target = leadsTo
        case .other(let other): flag = other
        }
        let path = entry.kind == .folder ? entry.path + [0x2F] : entry.path
        if target.count > 100 { bytes += longName(target, UInt8(ascii: "K")) }
        if path.count > 100 { bytes += longName(path, UInt8(ascii: "L")) }
        return bytes + plain(path, target, size, flag, entry.mode, entry.modified)
    }

    /// What comes after data of `size` bytes.
    static func padding(after size: Int) -> [UInt8] { [UInt8](repeating: 0, count: (block - size % block) % block) }

    /// Two empty blocks, and what fills the last record of 20 blocks is left out, as readers allow.
    static let end = [UInt8](repeating: 0, count: 2 * block)

    private static func longName(_ name: [UInt8], _ flag: UInt8) -> [UInt8] {
        plain(Array("././@LongLink".utf8), [], name.count + 1, flag, 0o644, 0) + name + [0]
            + padding(after: name.count + 1)
    }

    private static func plain(
        _ path: [UInt8], _ target: [UInt8], _ size: Int, _ flag: UInt8, _ mode: Int, _ modified: Int
    ) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { header[offset + index] = byte }
        }
        put(path.prefix(100), at: 0)
        put(octal(mode & 0o777, 7), at: 100)
        // To nobody in particular: whoever unpacks it owns it.
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(number(size), at: 124)
        put(number(modified), at: 136)
        put([UInt8](repeating: 0x20, count: 8), at: 148)
        header[156] = flag
        put(target.prefix(100), at: 157)
        put("ustar  ".utf8, at: 257)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, 6), at: 148)
        header[154] = 0
        return header
    }

    private static func octal(_ value: Int, _ digits: Int) -> [UInt8] {
        let text = String(value, radix: 8)
        return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
    }

    /// Eleven octal digits, or base 256 for what they cannot hold.
    private static func number(_ value: Int) -> [UInt8] {
        if (0..<(1 << 33)).contains(value) { return octal(value, 11) }
        return [value < 0 ? 0xFF : 0x80] + [UInt8](repeating: value < 0 ? 0xFF : 0, count: 3)
            + (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
