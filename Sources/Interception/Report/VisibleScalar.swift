extension Unicode.Scalar {
    /// What is shown for it where text of a program is quoted: a control character by its picture, one that turns the
    /// direction of writing by a replacement, so that no terminal and no page is told anything by them.
    package var visible: Unicode.Scalar {
        switch value {
        case 0x09: " "
        case 0..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
        case 0x7F: "\u{2421}"
        case 0x80..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
        default: self
        }
    }
}
