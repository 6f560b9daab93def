/// The tools of one language, as found on this machine.
package struct Toolchain: Hashable, Sendable {
    /// Absolute paths by the names that the language's commands use; no shim and no proxy where the language says how
    /// to look behind it.
    package var executables: [String: String]
    /// Host directories outside `/usr` that programs need read-only, at the same place inside the sandbox.
    package var mounts: [String]
    /// As the tool printed it, one line.
    package var version: String

    package init(executables: [String: String], mounts: [String], version: String) {
        self.executables = executables
        self.mounts = mounts
        self.version = version
    }

    /// `PATH` for programs: the folders of tools outside `/usr` come first, so that a program finds the same tools.
    package var searchPath: String {
        let standard = ["/usr/local/bin", "/usr/bin", "/bin"]
        let folders = Set(executables.values.map(FilePaths.folder(of:))).subtracting(standard).sorted()
        return (folders.filter { !SystemDirectories.contain($0) } + standard).joined(separator: ":")
    }
}

/// Why a language cannot be used on this machine, and what to do about it.
package struct ToolchainMissing: Error, Hashable, CustomStringConvertible {
    package let reason: String

    package init(reason: String) { self.reason = reason }

    package var description: String { reason }
}
