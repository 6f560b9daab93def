/// A path as the kernel takes it: any bytes but NUL.
extension [UInt8] {
    /// Calls `body` with the bytes as a C string.
    func withCPath(_ body: (UnsafePointer<CChar>) -> Int) -> Int {
        (self + [0]).withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in text.baseAddress.map(body) ?? -22 /* EINVAL */ }
        }
    }

    /// For messages: bytes that are not UTF-8 are replaced.
    var shownPath: String { String(decoding: self, as: UTF8.self) }

    /// Whether it is one part of a path that leads downwards.
    package var isFileName: Bool {
        !isEmpty && count <= 255 && self != [0x2E] && self != [0x2E, 0x2E] && !contains(0) && !contains(0x2F)
    }
}
