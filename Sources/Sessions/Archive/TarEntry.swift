/// One member of a tar archive, without its data.
struct TarEntry: Hashable {
    enum Kind: Hashable {
        case file(size: Int)
        case folder
        case link(target: [UInt8])
        /// Anything else, by its type flag: hard links, devices, FIFOs, sparse files.
        case other(UInt8)
    }

    /// As the archive has it.
    var path: [UInt8]
    var kind: Kind
    /// Permission bits.
    var mode: Int
    /// Seconds since 1970.
    var modified: Int
}

/// Where links in archives may lead.
enum TarLink {
    /// Whether a relative link stays in the archive's folder, whatever else that holds: it goes up no further than folders are
    /// above it, and only at its start, so that a second link on its way cannot carry it further.
    static func staysInside(_ target: [UInt8], at path: [UInt8]) -> Bool {
        guard !target.isEmpty, target.first != 0x2F, !target.contains(0) else { return false }
        var ups = path.split(separator: 0x2F).count - 1
        var isDown = false
        for part in target.split(separator: 0x2F) where part != [0x2E] {
            if part == [0x2E, 0x2E] {
                guard !isDown, ups > 0 else { return false }
                ups -= 1
            } else {
                isDown = true
            }
        }
        return true
    }
}
