/// What the names of a program stand for, as far as that is known without running it.
struct NameTable {
    /// A name, and the full name that it was imported or assigned for.
    private(set) var aliases: [String: String] = [:]
    /// A name that is set once, and its value.
    private(set) var constants: [String: Constant] = [:]
    private var assignments: [String: Int] = [:]
    /// What names that may be known look like: a bit for each length with a first and a last byte.
    private var marks = ByteSet()

    /// Notes a name for another; the first meaning that is noted stays, so that none can be covered up later.
    mutating func alias(_ name: String, to target: String) {
        if aliases[name] == nil { aliases[name] = target }
        mark(name)
    }

    /// Notes the value of a name that is set once.
    mutating func constant(_ name: String, is value: Constant) {
        constants[name] = value
        mark(name)
    }

    /// Makes `mayHold` true for a name.
    mutating func mark(_ name: String) {
        guard let first = name.utf8.first, let last = name.utf8.last else { return }
        marks.insert(Self.mark(first, last, name.utf8.count))
    }

    /// Whether the table could know the name at a place of a source. It is asked for every name of a program, most of
    /// which are not known, and does without making texts of them.
    func mayHold(_ source: SourceCode, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        let (first, last) = (source.bytes[range.lowerBound], source.bytes[range.upperBound - 1])
        return marks.contains(Self.mark(first, last, range.count))
    }

    private static func mark(_ first: UInt8, _ last: UInt8, _ count: Int) -> UInt8 {
        first &* 31 ^ last &* 7 ^ UInt8(truncatingIfNeeded: count)
    }

    /// Notes that a name is set; with `times` above 1 that it is set in a way that gives it no one value.
    mutating func assigned(_ name: String, times: Int = 1) { assignments[name, default: 0] += times }

    func isSetOnce(_ name: String) -> Bool { assignments[name] == 1 }

    func target(of name: String) -> String { aliases[name] ?? name }
}
