/// A value that is known without running the program.
package indirect enum Constant: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case boolean(Bool)
    /// A list or tuple; nil where an element is not known.
    case list([Constant?])

    /// The text, if it is one.
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The number, if it is one; a truth value is not.
    package var integer: Int? {
        if case .integer(let integer) = self { integer } else { nil }
    }
}
