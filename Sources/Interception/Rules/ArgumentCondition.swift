/// A condition on one of the arguments of a call, a command or a macro; all its parts must hold for the same argument.
package struct ArgumentCondition: Hashable, Sendable {
    /// Which arguments are asked.
    package enum Selector: Hashable, Sendable {
        /// Any of them, with a name or without.
        case any
        /// The one at a position, from 0; those with a name do not count.
        case position(Int)
        /// The one with a name, where a language has such.
        case keyword(String)
    }

    package var selector: Selector
    /// Whether the value must be known when the program is read (`true`) or must not be (`false`).
    package var isConstant: Bool?
    package var equals: Constant?
    /// The text, or one element of a list of texts, must have a match.
    package var matches: Pattern?
    /// Like `matches`, on the text as a path: without `file://`, doubled slashes, `.` and `..`.
    package var path: Pattern?
    /// The text, in the form that `matches` or `path` sees, must not have a match.
    package var unless: Pattern?
    /// The argument as it stands in the source must have a match.
    package var source: Pattern?
    /// The number must be this or more.
    package var atLeast: Int?
    /// The number must have one of these bits.
    package var anyBits: Int?

    /// With no part set it holds for any argument that is there.
    package init(_ selector: Selector) { self.selector = selector }
}
