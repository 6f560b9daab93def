import CLinux

/// One control file of a group, open for as long as it is needed often.
///
/// Reads and writes are at offset 0, by any thread. Most files hold one number (or `max`), or lines of a name and a number.
struct CgroupFile: Sendable {
    private let descriptor: SharedDescriptor
    private let path: String

    /// Opens the file `name` in a group's directory.
    init(_ directory: CgroupDirectory, _ name: String, _ access: Int32 = O_RDONLY) throws(SystemError) {
        path = directory.path + "/" + name
        descriptor = SharedDescriptor(
            try Descriptor(result: linux_openat(directory.number, name, access, 0), "open", path))
    }

    /// Nil if this kernel has no such file.
    static func ifPresent(
        _ directory: CgroupDirectory, _ name: String, _ access: Int32 = O_RDONLY
    ) throws(SystemError) -> CgroupFile? {
        do throws(SystemError) {
            return try CgroupFile(directory, name, access)
        } catch  where error.errno == Errno(ENOENT) {
            return nil
        }
    }

    /// The one number in the file; `max` is `Int.max`.
    func number() throws(SystemError) -> Int {
        try scan { bytes in Self.number(in: bytes, at: 0) }
    }

    /// The number behind `name` at the start of a line; nil without such a line.
    func number(named name: StaticString) throws(SystemError) -> Int? {
        try scan { bytes in
            var start = 0
            while start < bytes.count {
                if Self.line(bytes, at: start, startsWith: name) {
                    return Self.number(in: bytes, at: start + name.utf8CodeUnitCount + 1)
                }
                while start < bytes.count, bytes[start] != 0x0A { start += 1 }
                start += 1
            }
            return .some(nil)
        }
    }

    func isEmpty() throws(SystemError) -> Bool { try scan { $0.isEmpty } }

    /// The bytes of the file, at most 4096.
    private func scan<Value>(_ parse: (UnsafeBufferPointer<UInt8>) -> Value?) throws(SystemError) -> Value {
        let result: Result<Value, SystemError> = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) {
            buffer in
            let count = linux_pread(descriptor.number, buffer.baseAddress, buffer.count, 0)
            guard count >= 0 else { return .failure(SystemError("read", path, Errno(result: count))) }
            guard let value = parse(UnsafeBufferPointer(rebasing: buffer[..<count])) else {
                return .failure(SystemError("understand", path, Errno(EBADMSG)))
            }
            return .success(value)
        }
        return try result.get()
    }

    private static func line(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, startsWith name: StaticString) -> Bool
    {
        let count = name.utf8CodeUnitCount
        guard start + count < bytes.count, bytes[start + count] == 0x20 else { return false }
        return memcmp(bytes.baseAddress! + start, name.utf8Start, count) == 0
    }

    /// A decimal number, perhaps negative, or `max`. Nil if there is neither; too large is `Int.max`.
    private static func number(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
        var position = start
        if position < bytes.count, bytes[position] == 0x6D { return .max }
        let isNegative = position < bytes.count && bytes[position] == 0x2D
        if isNegative { position += 1 }
        var value = 0
        let first = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = product.addingReportingOverflow(Int(bytes[position] - 0x30))
            if overflow || more { return .max }
            value = sum
            position += 1
        }
        guard position > first else { return nil }
        return isNegative ? -value : value
    }

    func write(_ text: String) throws(SystemError) {
        var text = text
        let result = text.withUTF8 { linux_pwrite(descriptor.number, $0.baseAddress, $0.count, 0) }
        try SystemError.check(result, "write \(text) to", path)
    }

    /// Writes a limit and throws if the kernel then shows another one.
    func set(_ value: Int, shownAs expected: Int? = nil) throws(SystemError) {
        try write("\(value)")
        let taken = try number()
        guard taken == expected ?? value else {
            throw SystemError("set \(value), but the kernel took \(taken), in", path, Errno(ERANGE))
        }
    }
}
