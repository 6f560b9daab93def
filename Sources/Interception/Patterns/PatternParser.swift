/// Reads the text of a pattern.
struct PatternParser {
    private let bytes: [UInt8]
    private var offset = 0
    private var ignoresCase = false
    private var depth = 0

    /// Groups inside groups, and the numbers in `{n,m}`.
    private static let maximumDepth = 32
    private static let maximumCount = 255

    static func parse(_ text: String) throws(PatternError) -> PatternExpression {
        var parser = PatternParser(bytes: Array(text.utf8))
        if text.hasPrefix("(?i)") {
            parser.ignoresCase = true
            parser.offset = 4
        }
        let expression = try parser.alternatives()
        guard parser.offset == parser.bytes.count else { throw parser.error("has a ) without a (") }
        return expression
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private func error(_ problem: String) -> PatternError { PatternError(problem: problem, offset: offset) }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func alternatives() throws(PatternError) -> PatternExpression {
        var list = [try sequence()]
        while take("|") { list.append(try sequence()) }
        return list.count == 1 ? list[0] : .alternatives(list)
    }

    private mutating func sequence() throws(PatternError) -> PatternExpression {
        var list: [PatternExpression] = []
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let item = try atom()
            list.append(try repetition(of: item))
        }
        return list.count == 1 ? list[0] : list.isEmpty ? .empty : .sequence(list)
    }

    private mutating func repetition(of item: PatternExpression) throws(PatternError) -> PatternExpression {
        var result = item
        while let byte = next {
            switch byte {
            case UInt8(ascii: "*"): (result, offset) = (.repeated(result, least: 0, most: nil), offset + 1)
            case UInt8(ascii: "+"): (result, offset) = (.repeated(result, least: 1, most: nil), offset + 1)
            case UInt8(ascii: "?"): (result, offset) = (.repeated(result, least: 0, most: 1), offset + 1)
            case UInt8(ascii: "{"): result = try counted(result)
            default: return result
            }
        }
        return result
    }

    private mutating func counted(_ item: PatternExpression) throws(PatternError) -> PatternExpression {
        offset += 1
        let least = try number()
        var most: Int? = least
        if take(",") { most = next == UInt8(ascii: "}") ? nil : try number() }
        guard take("}") else { throw error("has a { that is not {n}, {n,} or {n,m}") }
        guard most.map({ $0 >= least }) ?? true else { throw error("has a {n,m} with m below n") }
        return .repeated(item, least: least, most: most)
    }

    private mutating func number() throws(PatternError) -> Int {
        var value: Int?
        while let byte = next, (48...57).contains(byte) {
            value = (value ?? 0) * 10 + Int(byte - 48)
            guard value.map({ $0 <= Self.maximumCount }) ?? true else {
                throw error("repeats more than \(Self.maximumCount) times")
            }
            offset += 1
        }
        guard let value else { throw error("has a { that is not {n}, {n,} or {n,m}") }
        return value
    }

    private mutating func atom() throws(PatternError) -> PatternExpression {
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "("): return try group()
        case UInt8(ascii: "["): return .bytes(cased(try bracket()))
        case UInt8(ascii: "."): return .bytes(.notNewline)
        case UInt8(ascii: "^"): return .assertion(.start)
        case UInt8(ascii: "$"): return .assertion(.end)
        case UInt8(ascii: "\\"): return try escape()
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
            throw error("repeats nothing")
        default: return .bytes(cased(ByteSet([byte])))
        }
    }

    private mutating func group() throws(PatternError) -> PatternExpression {
        if take("?") {
            guard take(":") else { throw error("has a group other than (…) and (?:…)") }
        }
        depth += 1
        guard depth <= Self.maximumDepth else { throw error("has groups nested too deeply") }
        let inner = try alternatives()
        depth -= 1
        guard take(")") else { throw error("has a ( that is never closed") }
        return inner
    }

    private func cased(_ set: ByteSet) -> ByteSet { ignoresCase ? set.ignoringCase : set }

    private mutating func escape() throws(PatternError) -> PatternExpression {
        switch next {
        case UInt8(ascii: "b"):
            offset += 1
            return .assertion(.wordBoundary)
        case UInt8(ascii: "B"):
            offset += 1
            return .assertion(.notWordBoundary)
        default: return .bytes(cased(try escapedSet()))
        }
    }

    /// What stands after a backslash, in a class or outside.
    private mutating func escapedSet() throws(PatternError) -> ByteSet {
        guard let byte = next else { throw error("ends with a backslash") }
        offset += 1
        switch byte {
        case UInt8(ascii: "d"): return .digits
        case UInt8(ascii: "D"): return ByteSet.digits.inverted
        case UInt8(ascii: "w"): return .word
        case UInt8(ascii: "W"): return ByteSet.word.inverted
        case UInt8(ascii: "s"): return .space
        case UInt8(ascii: "S"): return ByteSet.space.inverted
        case UInt8(ascii: "n"): return ByteSet([10])
        case UInt8(ascii: "t"): return ByteSet([9])
        case UInt8(ascii: "r"): return ByteSet([13])
        default:
            guard !ByteSet.word.contains(byte) else {
                throw error("has \\\(Character(Unicode.Scalar(byte))), which means nothing here")
            }
            return ByteSet([byte])
        }
    }

    private mutating func bracket() throws(PatternError) -> ByteSet {
        let isNegated = take("^")
        var set = ByteSet()
        var isFirst = true
        while isFirst || next != UInt8(ascii: "]") {
            isFirst = false
            set = set.union(try bracketItem())
        }
        offset += 1
        return isNegated ? set.inverted : set
    }

    private mutating func bracketItem() throws(PatternError) -> ByteSet {
        guard let first = next else { throw error("has a [ that is never closed") }
        guard first < 128 else { throw error("has a character beyond ASCII in a class") }
        offset += 1
        if first == UInt8(ascii: "\\") { return try escapedSet() }
        guard next == UInt8(ascii: "-"), offset + 1 < bytes.count, bytes[offset + 1] != UInt8(ascii: "]") else {
            return ByteSet([first])
        }
        let last = bytes[offset + 1]
        guard first <= last, last < 128, last != UInt8(ascii: "\\") else {
            throw error("has a range in a class that goes backwards or beyond ASCII")
        }
        offset += 2
        return ByteSet(first...last)
    }
}
