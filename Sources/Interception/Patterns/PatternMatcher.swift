/// Runs a pattern over texts, by a deterministic machine that is made as it goes (as RE2 does it, Cox 2010).
///
/// Each byte costs one look-up once its state is known. States are forgotten when there are too many, so memory is
/// bounded, and time is proportional to the text. It remembers states, so it belongs to one thread at a time.
final class PatternMatcher {
    private let program: PatternProgram
    /// The class of each byte: bytes that no part of the pattern tells apart share one.
    private let classes: [UInt8]
    /// A byte of each class.
    private let representatives: [UInt8]
    private var known: [Kernel: Int32] = [:]
    private var kernels: [Kernel] = []
    /// For each known state a row with the next state for each class, and one for the end of the text.
    // Read for each text; nothing else runs while it is.
    @exclusivity(unchecked) private var transitions: [Int32] = []

    /// Where the machine stands between two bytes: what it waits for, and what it must know of the byte before.
    private struct Kernel: Hashable {
        var states: [Int32]
        var isAtStart: Bool
        var followsWord: Bool
    }

    private static let unknown: Int32 = -1
    private static let matched: Int32 = -2
    private static let failed: Int32 = -3
    private static let maximumKernels = 1_000

    private var width: Int { representatives.count + 1 }

    init(_ pattern: Pattern) {
        program = pattern.program
        (classes, representatives) = Self.classes(of: pattern.program)
        begin()
    }

    /// Whether the pattern matches anywhere in the text.
    func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { matches($0) }
    }

    /// Whether the pattern matches anywhere in the bytes.
    func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var state = Self.start
        var position = 0
        while position < bytes.count {
            (state, position) = run(bytes, from: position, in: state)
            guard position < bytes.count else { break }
            let next = advance(state, Int(classes[Int(bytes[position])]))
            if next < 0 { return next == Self.matched }
            (state, position) = (next, position + 1)
        }
        if state < 0 { return state == Self.matched }
        let next = transitions[Int(state) * width + width - 1]
        return (next == Self.unknown ? advance(state, width - 1) : next) == Self.matched
    }

    /// Always the first of the known states, so that no search has to look for it.
    private static let start: Int32 = 0

    private func begin() { _ = index(of: Kernel(states: [0], isAtStart: true, followsWord: false)) }

    /// Runs through what is known: up to the end, to a state that decides, which then stands at the end, or to a byte of
    /// which nothing is known yet. This is where the time goes, so it works on bare memory; all offsets are of states and
    /// classes that were made together with their rows.
    private func run(
        _ bytes: UnsafeBufferPointer<UInt8>, from position: Int, in state: Int32
    ) -> (state: Int32, position: Int) {
        let width = width
        return transitions.withUnsafeBufferPointer { transitions in
            classes.withUnsafeBufferPointer { classes in
                var (state, position) = (state, position)
                while position < bytes.count {
                    let next = transitions[Int(state) * width + Int(classes[Int(bytes[position])])]
                    if next == Self.unknown { break }
                    if next < 0 { return (next, bytes.count) }
                    (state, position) = (next, position + 1)
                }
                return (state, position)
            }
        }
    }

    private func index(of kernel: Kernel) -> Int32 {
        if let index = known[kernel] { return index }
        let index = Int32(kernels.count)
        known[kernel] = index
        kernels.append(kernel)
        transitions.append(contentsOf: repeatElement(Self.unknown, count: width))
        return index
    }

    /// Finds what follows a state on a byte of a class, or on the end of the text, and remembers it.
    private func advance(_ state: Int32, _ column: Int) -> Int32 {
        let kernel = kernels[Int(state)]
        let byte: UInt8? = column == width - 1 ? nil : representatives[column]
        let next: Int32
        if let states = closure(of: kernel, before: byte) {
            if let byte, let kernel = step(states, over: byte) {
                if kernels.count >= Self.maximumKernels { return restart(kernel) }
                next = index(of: kernel)
            } else {
                next = Self.failed
            }
        } else {
            next = Self.matched
        }
        transitions[Int(state) * width + column] = next
        return next
    }

    private func restart(_ kernel: Kernel) -> Int32 {
        known.removeAll(keepingCapacity: true)
        kernels.removeAll(keepingCapacity: true)
        transitions.removeAll(keepingCapacity: true)
        begin()
        return index(of: kernel)
    }

    /// The states that take a byte, reached without one; nil when a match is reached.
    private func closure(of kernel: Kernel, before byte: UInt8?) -> [Int32]? {
        let precedesWord = byte.map(ByteSet.word.contains) ?? false
        var seen = [Bool](repeating: false, count: program.states.count)
        var pending = kernel.states.reversed().map(Int.init)
        var reached: [Int32] = []
        while let state = pending.popLast() {
            guard !seen[state] else { continue }
            seen[state] = true
            switch program.states[state] {
            case .bytes: reached.append(Int32(state))
            case .split(let first, let second): pending += [second, first]
            case .jump(let target): pending.append(target)
            case .match: return nil
            case .assertion(let assertion):
                let holds =
                    switch assertion {
                    case .start: kernel.isAtStart
                    case .end: byte == nil
                    case .wordBoundary: kernel.followsWord != precedesWord
                    case .notWordBoundary: kernel.followsWord == precedesWord
                    }
                if holds { pending.append(state + 1) }
            }
        }
        return reached
    }

    /// Where the machine stands after a byte; a match may begin after it too. Nil when nothing can match any more.
    private func step(_ states: [Int32], over byte: UInt8) -> Kernel? {
        var next: [Int32] = startsAnywhere ? [0] : []
        for state in states {
            if case .bytes(let set) = program.states[Int(state)], set.contains(byte) { next.append(state + 1) }
        }
        guard !next.isEmpty else { return nil }
        return Kernel(
            states: Array(Set(next)).sorted(), isAtStart: false,
            followsWord: tellsWords && ByteSet.word.contains(byte))
    }

    /// Whether a match can begin behind the start of the text.
    private lazy var startsAnywhere: Bool = {
        let kernel = Kernel(states: [0], isAtStart: false, followsWord: false)
        let afterWord = Kernel(states: [0], isAtStart: false, followsWord: true)
        return [kernel, afterWord].contains { kernel in
            [UInt8(ascii: "a"), UInt8(ascii: " "), nil].contains { byte in closure(of: kernel, before: byte) != [] }
        }
    }()

    private lazy var tellsWords = program.states.contains {
        if case .assertion(.wordBoundary) = $0 {
            true
        } else if case .assertion(.notWordBoundary) = $0 {
            true
        } else {
            false
        }
    }

    private static func classes(of program: PatternProgram) -> ([UInt8], [UInt8]) {
        var sets: Set<ByteSet> = []
        for case .bytes(let set) in program.states { sets.insert(set) }
        let tests = Array(sets) + [.word]
        var classes = [UInt8](repeating: 0, count: 256)
        var representatives: [UInt8] = []
        var numbers: [[Bool]: UInt8] = [:]
        for byte in UInt8.min...UInt8.max {
            let signature = tests.map { $0.contains(byte) }
            if let number = numbers[signature] {
                classes[Int(byte)] = number
            } else {
                numbers[signature] = UInt8(representatives.count)
                classes[Int(byte)] = UInt8(representatives.count)
                representatives.append(byte)
            }
        }
        return (classes, representatives)
    }
}
