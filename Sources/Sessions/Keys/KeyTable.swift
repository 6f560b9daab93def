/// The keys as a request finds them: by digest, in memory.
struct KeyTable: Sendable {
    private var byIndex: [UInt64: [KeyRecord]] = [:]

    init(_ keys: [KeyRecord] = []) {
        byIndex = Dictionary(grouping: keys, by: \.digest.index)
    }

    /// Valid or not.
    func key(with digest: KeyDigest) -> KeyRecord? {
        byIndex[digest.index]?.first { $0.digest.matches(digest) }
    }
}
