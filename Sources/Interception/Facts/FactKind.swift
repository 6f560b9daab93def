/// What a program says at one place, in words that are the same for all languages.
package enum FactKind: String, CaseIterable, Hashable, Sendable {
    /// A function is called; named by what it resolves to: `os.system`, `child_process.exec`, `std::fs::write`, `?.push`
    /// for a method of an unknown object. Its arguments follow.
    case call
    /// An object is made by a constructor (`new`), named and with arguments like a call.
    case new
    /// Something is named without being called, which hands it on: `f = os.system`, `map(eval, …)`.
    case ref
    /// A module is imported: `os`, and for a part of it `os.path`; Rust: `std::net::TcpStream`.
    case `import`
    /// An attribute of any object is read or called; named by the attribute alone. Rust: an attribute `#[…]`.
    case attr
    /// A method of any object is called; named by the method alone, with arguments.
    case method
    /// A constant text.
    case str
    /// The text that a constant text holds in base64.
    case decoded
    /// A shell command, named without its folder, with arguments.
    case cmd
    /// A pipeline: its commands with arguments, joined by ` | `.
    case pipe
    /// A redirection, named by its operator (`>`); the target is its argument.
    case redirect
    /// A shell variable is set; the value is the argument.
    case assign
    /// A macro is used, named without its path, with arguments.
    case macro
    /// A header is included, named by its path.
    case include
    /// One of the shapes of code that `SpecialFact` lists.
    case special

    /// Its place among all kinds.
    var number: Int {
        switch self {
        case .call: 0
        case .new: 1
        case .ref: 2
        case .import: 3
        case .attr: 4
        case .method: 5
        case .str: 6
        case .decoded: 7
        case .cmd: 8
        case .pipe: 9
        case .redirect: 10
        case .assign: 11
        case .macro: 12
        case .include: 13
        case .special: 14
        }
    }
}
