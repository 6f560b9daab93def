/// A YAML file that cannot be used: where, and what it must be instead.
package struct YAMLFileError: Error, Hashable, CustomStringConvertible {
    /// Path or, for a file that is shipped, file name.
    package let file: String
    /// Counted from 1; nil when the whole file or folder is meant.
    package let line: Int?
    /// Path of the key, for example `run.command`; nil when no key is meant.
    package let key: String?
    /// Continues a sentence that begins with the key: "must be a list of text".
    package let problem: String

    package init(file: String, line: Int? = nil, key: String? = nil, problem: String) {
        self.file = file
        self.line = line
        self.key = key
        self.problem = problem
    }

    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return key.map { "\(place): \($0) \(problem)" } ?? "\(place): \(problem)"
    }
}
