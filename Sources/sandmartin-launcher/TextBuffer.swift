import CLinux

/// Builds a short C string in memory that its caller provides; what does not fit ends the process.
struct TextBuffer {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    mutating func append(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { append(byte: text.utf8Start[index]) }
    }

    mutating func append(_ number: UInt64) {
        var divisor: UInt64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(byte: UInt8(48 + number / divisor % 10))
            divisor /= 10
        }
    }

    private mutating func append(byte: UInt8) {
        guard count < bytes.count - 1 else { exit(1) }
        bytes[count] = byte
        count += 1
    }

    func terminated() -> UnsafePointer<CChar> {
        bytes[count] = 0
        return UnsafePointer(bytes.baseAddress!.assumingMemoryBound(to: CChar.self))
    }

    var start: UnsafeRawPointer { UnsafeRawPointer(bytes.baseAddress!) }
}
