/// Decides which directories of the host a tool needs, and refuses those that must not be shown to programs.
struct HostDirectories: Sendable {
    /// The server's own home directory.
    let home: String
    /// Where a sandbox has something of its own, so that nothing of the host can be shown there.
    var reserved = ["/dev", "/etc", "/proc", "/run", "/sys", "/tmp", "/workspace", "/boot"]

    /// The directories beyond `/usr` that an executable, its links and everything beside it need.
    func needed(by executable: String) throws(ToolchainMissing) -> [String] {
        var directories: [String] = []
        for place in FilePaths.links(from: executable) where !SystemDirectories.contain(place) {
            directories.append(try allowed(prefix(of: place), for: executable))
        }
        return directories
    }

    /// The directory under both its own and its canonical name; nothing when it lies in `/usr`.
    func needed(directory: String, for tool: String) throws(ToolchainMissing) -> [String] {
        guard let canonical = FilePaths.canonical(directory), FilePaths.isDirectory(canonical) else {
            throw ToolchainMissing(reason: "\(tool) needs the directory \(directory), which does not exist")
        }
        var directories: [String] = []
        for path in Set([directory, canonical]).sorted() where !SystemDirectories.contain(path) {
            directories.append(try allowed(path, for: tool))
        }
        return directories
    }

    /// The installation that a file belongs to: what holds its `bin`, or else its own folder.
    private func prefix(of file: String) -> String {
        let folder = FilePaths.folder(of: file)
        return FilePaths.name(of: folder) == "bin" ? FilePaths.folder(of: folder) : folder
    }

    func allowed(_ directory: String, for tool: String) throws(ToolchainMissing) -> String {
        let depth = directory.split(separator: "/").count
        let isHome = FilePaths.isPath(home, inside: directory) || (directory.hasPrefix("/home/") && depth == 2)
        let isReserved = reserved.contains { FilePaths.isPath(directory, inside: $0) }
        guard depth >= 2, !isHome, !isReserved else {
            throw ToolchainMissing(
                reason:
                    "\(tool) would need the host's \(directory) inside the sandbox, which is never shown to programs; "
                    + "install the tool in a directory of its own, for example below /opt or /usr/local")
        }
        return directory
    }
}

extension [String] {
    /// Sorted, each once, and without those that lie inside another.
    func withoutNested() -> [String] {
        var kept: [String] = []
        for directory in Set(self).sorted() where !kept.contains(where: { FilePaths.isPath(directory, inside: $0) }) {
            kept.append(directory)
        }
        return kept
    }
}
