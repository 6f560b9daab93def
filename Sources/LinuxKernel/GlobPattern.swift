/// A pattern of relative paths: `*`, `?`, `[a-z]`, `[!0-9]`, `\` before a character that stands for itself, and `**` as
/// a part of its own for any number of folders.
///
/// As in a shell a name that begins with a dot is matched only by a pattern that begins with one, and `**` does not enter
/// such folders. Names are bytes; where they are UTF-8 a character counts as one.
package struct GlobPattern: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 1024
    package static let maximumParts = 32

    package let description: String
    let parts: [Part]

    enum Part: Hashable, Sendable {
        /// `**`: no folder, or any folders.
        case anyFolders
        case name([Element])
    }

    /// One step in a name.
    enum Element: Hashable, Sendable {
        case anything
        case anyCharacter
        case character(UInt32)
        case oneOf([ClosedRange<UInt32>], negated: Bool)
    }

    /// Throws with the reason when `text` cannot be a pattern. A leading `./` is dropped.
    package init(_ text: String) throws(Invalid) {
        guard !text.isEmpty else { throw Invalid(reason: "is empty") }
        guard text.utf8.count <= Self.maximumLength else {
            throw Invalid(reason: "is longer than \(Self.maximumLength) bytes")
        }
        guard !text.utf8.contains(0) else { throw Invalid(reason: "has a NUL byte") }
        guard text.utf8.first != UInt8(ascii: "/") else { throw Invalid(reason: "is absolute") }
        var parts: [Part] = []
        let relative = text.hasPrefix("./") ? text.dropFirst(2) : text[...]
        for part in relative.split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { throw Invalid(reason: "has an empty part") }
            guard part != "." && part != ".." else { throw Invalid(reason: "has a part “\(part)”") }
            guard part == "**" else {
                parts.append(.name(try Self.elements(part)))
                continue
            }
            if parts.last != .anyFolders { parts.append(.anyFolders) }
        }
        // Everything below a folder: what it means to end in `**`.
        if parts.last == .anyFolders { parts.append(.name([.anything])) }
        guard parts.count <= Self.maximumParts else {
            throw Invalid(reason: "has more than \(Self.maximumParts) parts")
        }
        self.parts = parts
        description = text
    }

    package struct Invalid: Error, Hashable {
        /// Continues a sentence that begins with the pattern's name: "collect[0] is absolute".
        package let reason: String
    }

    // MARK: Reading

    private static func elements(_ part: Substring) throws(Invalid) -> [Element] {
        var elements: [Element] = []
        var rest = part.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": if elements.last != .anything { elements.append(.anything) }
            case "?": elements.append(.anyCharacter)
            case "[": elements.append(try set(&rest))
            case "\\":
                guard let next = rest.popFirst() else { throw Invalid(reason: "ends in a backslash") }
                elements.append(.character(next.value))
            default: elements.append(.character(scalar.value))
            }
        }
        return elements
    }

    /// The rest of `[a-z_]`; a `]` that comes first is a member.
    private static func set(_ rest: inout Substring.UnicodeScalarView) throws(Invalid) -> Element {
        let negated = rest.first == "!" || rest.first == "^"
        if negated { rest.removeFirst() }
        var ranges: [ClosedRange<UInt32>] = []
        while let first = rest.popFirst() {
            if first == "]" && !ranges.isEmpty { return .oneOf(ranges, negated: negated) }
            var last = first
            if rest.first == "-", let end = rest.dropFirst().first, end != "]" {
                rest.removeFirst(2)
                last = end
            }
            guard first <= last else { throw Invalid(reason: "has a range that runs backwards, “\(first)-\(last)”") }
            ranges.append(first.value...last.value)
        }
        throw Invalid(reason: "has a “[” without a “]”")
    }
}

extension GlobPattern {
    /// Which parts a path may go on with: indices into `parts`, ascending.
    typealias Progress = [Int]

    var start: Progress { closure([0]) }

    /// `**` may stand for nothing, so where it may come next the part behind it may too.
    private func closure(_ progress: Progress) -> Progress {
        var closed: Progress = []
        for index in progress {
            if closed.last != index { closed.append(index) }
            if index < parts.count, parts[index] == .anyFolders { closed.append(index + 1) }
        }
        return closed
    }

    /// After entering a folder; empty if nothing below it can match.
    func entering(_ name: Name, _ progress: Progress) -> Progress {
        var next: Progress = []
        for index in progress where index < parts.count {
            switch parts[index] {
            case .anyFolders: if !name.isHidden { next.append(index) }
            case .name(let elements): if index + 1 < parts.count, name.matches(elements) { next.append(index + 1) }
            }
        }
        return closure(Array(Set(next)).sorted())
    }

    /// Whether a file with this name matches.
    func accepts(_ name: Name, _ progress: Progress) -> Bool {
        guard progress.last == parts.count - 1, case .name(let elements)? = parts.last else { return false }
        return name.matches(elements)
    }

    /// A file name as characters; a byte that is not UTF-8 is one that no pattern names.
    struct Name {
        let characters: [UInt32]
        var isHidden: Bool { characters.first == 0x2E }

        init(_ bytes: [UInt8]) {
            var characters: [UInt32] = []
            var position = 0
            while position < bytes.count {
                let length = Self.length(bytes[position])
                let slice = bytes[position..<min(position + length, bytes.count)]
                if let text = String(validating: slice, as: UTF8.self), let scalar = text.unicodeScalars.first {
                    characters.append(scalar.value)
                    position += slice.count
                } else {
                    characters.append(0x11_0000 | UInt32(bytes[position]))
                    position += 1
                }
            }
            self.characters = characters
        }

        /// Bytes of the UTF-8 sequence that begins so.
        private static func length(_ byte: UInt8) -> Int {
            switch byte {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        }

        /// Without recursion: on a mismatch only the last `*` takes one character more, so the work is at most the product
        /// of both lengths.
        func matches(_ elements: [Element]) -> Bool {
            if isHidden, elements.first != .character(0x2E) { return false }
            var position = 0
            var element = 0
            var retry: (position: Int, element: Int)?
            while position < characters.count {
                if element < elements.count, elements[element] == .anything {
                    retry = (position, element + 1)
                    element += 1
                } else if element < elements.count, elements[element].matches(characters[position]) {
                    position += 1
                    element += 1
                } else if let last = retry {
                    retry = (last.position + 1, last.element)
                    (position, element) = (last.position + 1, last.element)
                } else {
                    return false
                }
            }
            return elements[element...].allSatisfy { $0 == .anything }
        }
    }
}

extension GlobPattern.Element {
    fileprivate func matches(_ character: UInt32) -> Bool {
        switch self {
        case .anything, .anyCharacter: true
        case .character(let wanted): character == wanted
        case .oneOf(let ranges, let negated): ranges.contains { $0.contains(character) } != negated
        }
    }
}
