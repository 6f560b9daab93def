/// What the names of a program stand for, as far as that is known without running it.
struct NameTable {
    /// A name, and the full name that it was imported or assigned for.
    private(set) var aliases: [String: String] = [:]
    /// A name that is set once, and its value.
    private(set) var constants: [String: Constant] = [:]
    private var assignments: [String: Int] = [:]

    /// Notes a name for another; the first meaning that is noted stays, so that none can be covered up later.
    mutating func alias(_ name: String, to target: String) {
        if aliases[name] == nil { aliases[name] = target }
    }

    /// Notes the value of a name that is set once.
    mutating func constant(_ name: String, is value: Constant) { constants[name] = value }

    /// Notes that a name is set; with `times` above 1 that it is set in a way that gives it no one value.
    mutating func assigned(_ name: String, times: Int = 1) { assignments[name, default: 0] += times }

    func isSetOnce(_ name: String) -> Bool { assignments[name] == 1 }

    func target(of name: String) -> String { aliases[name] ?? name }
}
