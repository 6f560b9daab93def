/// The directories in which commands are looked for, in their order.
struct SearchPath: Sendable {
    let directories: [String]

    /// `text` is the value of `PATH`; relative and empty elements are left out, because a file in the working
    /// directory must never be taken for a tool.
    init(_ text: String) {
        var seen: Set<String> = []
        directories = text.split(separator: ":").map(String.init).filter {
            $0.hasPrefix("/") && seen.insert($0).inserted
        }
    }

    /// Every executable file of that name, the first first. An absolute name stands for itself.
    func candidates(_ name: String) -> [String] {
        let paths = name.hasPrefix("/") ? [name] : directories.map { $0 + "/" + name }
        return paths.filter(FilePaths.isExecutableFile)
    }
}
