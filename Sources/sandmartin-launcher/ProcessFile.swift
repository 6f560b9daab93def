import CLinux

/// Files of /proc about one process.
enum ProcessFile {
    /// Opens /proc/PID followed by `name`; the result is a descriptor or a negated errno.
    static func open(_ pid: Int32, _ name: StaticString, _ flags: Int32) -> Int32 {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes in
            var path = TextBuffer(bytes)
            path.append("/proc/")
            path.append(UInt64(pid))
            path.append(name)
            return Int32(truncatingIfNeeded: linux_open(path.terminated(), flags, 0))
        }
    }

    /// Opens /proc/PID, `first`, a number and `second`, one after the other.
    static func open(
        _ pid: Int32, _ first: StaticString, _ number: Int32, _ second: StaticString, _ flags: Int32
    ) -> Int32 {
        withUnsafeTemporaryAllocation(byteCount: 96, alignment: 1) { bytes in
            var path = TextBuffer(bytes)
            path.append("/proc/")
            path.append(UInt64(pid))
            path.append(first)
            path.append(UInt64(number))
            path.append(second)
            return Int32(truncatingIfNeeded: linux_open(path.terminated(), flags, 0))
        }
    }

    /// Reads /proc/PID/stat (proc_pid_stat(5)) by means of `text`, 4096 bytes. A process that is gone stays dead.
    static func read(_ entry: inout ProcessScan.Entry, _ text: UnsafeMutablePointer<UInt8>) {
        let file = open(entry.pid, "/stat", O_RDONLY)
        guard file >= 0 else { return }
        defer { _ = linux_close(file) }
        parse(linux_read(file, text, 4096), text, &entry)
    }

    static func parse(_ size: Int, _ text: UnsafeMutablePointer<UInt8>, _ entry: inout ProcessScan.Entry) {
        // "12 (name) S 1 …": the name may hold anything, so what counts begins after the last parenthesis.
        var position = size - 1
        while position > 0, text[position] != UInt8(ascii: ")") { position -= 1 }
        guard position > 0, position + 4 < size else { return }
        let state = text[position + 2]
        var field = 4
        position += 4
        while field <= 24, position < size {
            let number = Self.number(in: text, from: position, to: size)
            switch field {
            case 4: entry.parent = Int32(truncatingIfNeeded: number.value)
            case 5: entry.group = Int32(truncatingIfNeeded: number.value)
            case 14, 15: entry.ownTicks += number.value
            case 16, 17: entry.waitedTicks += number.value
            case 20: entry.threads = UInt32(truncatingIfNeeded: number.value)
            case 23: entry.virtualBytes = number.value
            case 24: entry.residentPages = number.value
            default: break
            }
            position = number.end
            while position < size, text[position] != UInt8(ascii: " ") { position += 1 }
            position += 1
            field += 1
        }
        // With its first thread ended a process looks dead and goes on.
        entry.isDead = (state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")) && entry.threads <= 1
    }

    /// The decimal digits from `start` on, and where they end.
    static func number(
        in text: UnsafeMutablePointer<UInt8>, from start: Int, to end: Int
    ) -> (value: UInt64, end: Int) {
        var value: UInt64 = 0
        var position = start
        while position < end, text[position] >= 0x30, text[position] <= 0x39 {
            value = value &* 10 &+ UInt64(text[position] - 0x30)
            position += 1
        }
        return (value, position)
    }

    /// The same for hexadecimal digits of lower case.
    static func hexadecimal(
        in text: UnsafeMutablePointer<UInt8>, from start: Int, to end: Int
    ) -> (value: UInt64, end: Int) {
        var value: UInt64 = 0
        var position = start
        while position < end {
            switch text[position] {
            case 0x30...0x39: value = value &* 16 &+ UInt64(text[position] - 0x30)
            case 0x61...0x66: value = value &* 16 &+ UInt64(text[position] - 0x61 + 10)
            default: return (value, position)
            }
            position += 1
        }
        return (value, position)
    }

    /// Calls `body` with each number that is a name in a folder of /proc.
    static func forEachNumber(in folder: Int32, _ body: (Int32) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 8) { bytes in
            let names = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
            while true {
                let size = linux_getdents(folder, names, bytes.count)
                guard size > 0 else { return }
                var position = 0
                while position < size {
                    // struct linux_dirent64: the length at 16, the name at 19.
                    let name = number(in: names, from: position + 19, to: size)
                    if name.end > position + 19 { body(Int32(truncatingIfNeeded: name.value)) }
                    position += Int(names[position + 16]) | Int(names[position + 17]) << 8
                }
            }
        }
    }

    /// The kilobytes or number behind the first line that begins with `name`, in a text such as /proc/PID/status; 0 if
    /// there is none.
    static func field(_ name: StaticString, in text: UnsafeMutablePointer<UInt8>, size: Int) -> UInt64 {
        let length = name.utf8CodeUnitCount
        var position = 0
        while position + length < size {
            if memcmp(text + position, name.utf8Start, length) == 0 {
                position += length
                while position < size, text[position] == 0x20 || text[position] == 0x09 { position += 1 }
                return number(in: text, from: position, to: size).value
            }
            while position < size, text[position] != 0x0A { position += 1 }
            position += 1
        }
        return 0
    }
}
