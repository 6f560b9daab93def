/// Why `run` did not come to an outcome: our failure or a mistake on the command line, never the program's doing.
struct RunFailure: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
