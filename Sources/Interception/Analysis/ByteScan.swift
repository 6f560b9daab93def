/// The first bytes of a source that no program needs.
struct ByteScan {
    /// Offset of the first NUL.
    private(set) var nul: Int?
    /// Offset of the first bidirectional control character: U+202A…U+202E or U+2066…U+2069, three bytes each.
    private(set) var bidiControl: Int?

    init(_ bytes: [UInt8]) {
        nul = bytes.firstIndex(of: 0)
        var position = bytes.startIndex
        while let lead = bytes[position...].firstIndex(of: 0xE2), lead + 2 < bytes.count {
            switch (bytes[lead + 1], bytes[lead + 2]) {
            case (0x80, 0xAA...0xAE), (0x81, 0xA6...0xA9):
                bidiControl = lead
                return
            default: position = lead + 1
            }
        }
    }
}
