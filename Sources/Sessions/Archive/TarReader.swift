/// Reads a tar archive in whatever pieces it comes: ustar, pax, and GNU's long names and large numbers.
///
/// Memory is one header and one long name. What it says about paths is as the archive has it: the caller judges.
struct TarReader {
    enum Event: Hashable {
        case entry(TarEntry)
        /// Bytes of the entry's file.
        case data(ArraySlice<UInt8>)
        /// The entry's data is complete.
        case end
    }

    /// The archive is not what it should be: a reason that continues “the archive …”.
    struct Malformed: Error, Hashable {
        let reason: String
    }

    private enum State: Hashable {
        case header
        case data(left: Int, padding: Int, isFile: Bool)
        case metadata(flag: UInt8, left: Int, padding: Int)
        case padding(Int, after: After)
        case over
    }

    private enum After: Hashable { case nothing, file }

    private var state = State.header
    private var buffer: [UInt8] = []
    /// What metadata before a header says about it.
    private var longPath: [UInt8]?
    private var longTarget: [UInt8]?
    private var longSize: Int?
    private var emptyBlocks = 0

    private static let maximumMetadata = 64 << 10

    /// Whether it ended as an archive does.
    var isOver: Bool { state == .over }

    /// The next event in `input`, of which what was used is removed; nil: more is needed, and `input` is empty.
    mutating func next(_ input: inout ArraySlice<UInt8>) throws(Malformed) -> Event? {
        while true {
            switch state {
            case .over:
                input = []
                return nil
            case .header:
                guard collect(&input, TarWriter.block) else { return nil }
                let block = buffer
                buffer = []
                if let event = try begin(block) { return event }
            case .data(let left, let padding, let isFile):
                guard left > 0 else {
                    state = .padding(padding, after: isFile ? .file : .nothing)
                    continue
                }
                guard !input.isEmpty else { return nil }
                let data = input.prefix(left)
                input = input.dropFirst(data.count)
                state = .data(left: left - data.count, padding: padding, isFile: isFile)
                if isFile { return .data(data) }
            case .metadata(let flag, let left, let padding):
                guard collect(&input, left) else { return nil }
                try take(metadata: buffer, flag)
                buffer = []
                state = .padding(padding, after: .nothing)
            case .padding(let count, let after):
                let dropped = min(count, input.count)
                input = input.dropFirst(dropped)
                guard dropped == count else {
                    state = .padding(count - dropped, after: after)
                    return nil
                }
                state = .header
                if after == .file { return .end }
            }
        }
    }

    /// Fills the buffer up to `count` bytes.
    private mutating func collect(_ input: inout ArraySlice<UInt8>, _ count: Int) -> Bool {
        let piece = input.prefix(count - buffer.count)
        buffer += piece
        input = input.dropFirst(piece.count)
        return buffer.count == count
    }

    /// Reads a header; answers an entry unless the header begins metadata.
    private mutating func begin(_ block: [UInt8]) throws(Malformed) -> Event? {
        if block.allSatisfy({ $0 == 0 }) {
            emptyBlocks += 1
            if emptyBlocks == 2 { state = .over }
            return nil
        }
        emptyBlocks = 0
        let header = TarHeader(block)
        guard header.isIntact else { throw Malformed(reason: "has a damaged header") }
        guard let size = header.size, size >= 0, size < 1 << 60 else {
            throw Malformed(reason: "has an entry of impossible size")
        }
        switch header.flag {
        case UInt8(ascii: "L"), UInt8(ascii: "K"), UInt8(ascii: "x"), UInt8(ascii: "g"):
            guard size <= Self.maximumMetadata else { throw Malformed(reason: "has metadata above 64 KiB") }
            state = .metadata(flag: header.flag, left: size, padding: TarWriter.padding(after: size).count)
            return nil
        default: return .entry(entry(header, size: longSize ?? size))
        }
    }

    private mutating func entry(_ header: TarHeader, size: Int) -> TarEntry {
        let path = longPath ?? header.path
        let target = longTarget ?? header.target
        (longPath, longTarget, longSize) = (nil, nil, nil)
        var kind = TarEntry.Kind.other(header.flag)
        var isFile = false
        switch header.flag {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
            // Old archives tell a folder by the slash at its end.
            isFile = path.last != 0x2F
            kind = isFile ? .file(size: size) : .folder
        case UInt8(ascii: "5"): kind = .folder
        case UInt8(ascii: "2"): kind = .link(target: target)
        default: break
        }
        // A hard link and a folder have no data, whatever they say; for the rest the size counts.
        let count = [UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "5")].contains(header.flag) ? 0 : size
        state = .data(left: count, padding: TarWriter.padding(after: count).count, isFile: isFile)
        return TarEntry(path: path, kind: kind, mode: header.mode, modified: header.modified)
    }

    private mutating func take(metadata bytes: [UInt8], _ flag: UInt8) throws(Malformed) {
        switch flag {
        case UInt8(ascii: "L"): longPath = Array(bytes.prefix { $0 != 0 })
        case UInt8(ascii: "K"): longTarget = Array(bytes.prefix { $0 != 0 })
        case UInt8(ascii: "x"): try take(records: bytes[...])
        default: break
        }
    }

    /// Records of pax(1): `length key=value` and a newline, where the length counts all of it.
    private mutating func take(records: ArraySlice<UInt8>) throws(Malformed) {
        var rest = records
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: 0x20),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count
            else { throw Malformed(reason: "has damaged metadata") }
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            rest = rest.dropFirst(length)
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            let value = Array(record[(equals + 1)...])
            switch key {
            case "path": longPath = value
            case "linkpath": longTarget = value
            case "size":
                guard let size = Int(String(decoding: value, as: UTF8.self)), size >= 0, size < 1 << 60 else {
                    throw Malformed(reason: "has an entry of impossible size")
                }
                longSize = size
            case _ where key.hasPrefix("GNU.sparse."):
                throw Malformed(reason: "has sparse files, which are not taken: make it without --sparse")
            default: break
            }
        }
    }
}
