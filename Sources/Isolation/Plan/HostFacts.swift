package import LinuxKernel

/// What the plan of the root depends on, read from the host once at start.
package struct HostFacts: Hashable, Sendable {
    /// Entries of the host's root beside /usr that lead to programs and libraries (`bin`, `lib64`, …).
    package var rootEntries: [String: HostFile.Kind]
    /// Of the files and directories of /etc that programs need, those that exist, by name.
    package var configuration: [String: Entry]
    /// /proc/cpuinfo as the host shows it.
    package var processorInformation: String
    /// Seconds since 1970 at boot.
    package var bootTime: String

    /// Where a link leads in the end, and what is there.
    package struct Entry: Hashable, Sendable {
        package var canonicalPath: String
        package var isDirectory: Bool

        package init(canonicalPath: String, isDirectory: Bool) {
            self.canonicalPath = canonicalPath
            self.isDirectory = isDirectory
        }

        /// Nil when there is nothing at `path`.
        init?(at path: String) {
            guard let canonicalPath = HostFile.canonicalPath(path) else { return nil }
            self.init(canonicalPath: canonicalPath, isDirectory: HostFile.kind(of: canonicalPath) == .directory)
        }
    }

    package init(
        rootEntries: [String: HostFile.Kind], configuration: [String: Entry], processorInformation: String,
        bootTime: String
    ) {
        self.rootEntries = rootEntries
        self.configuration = configuration
        self.processorInformation = processorInformation
        self.bootTime = bootTime
    }

    static let rootNames = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"]
    /// The loader's cache, the links behind `cc` and `awk`, certificates, time zone and the names of ports.
    static let configurationNames = [
        "alternatives", "ca-certificates", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types",
        "protocols", "services", "ssl/certs", "ssl/openssl.cnf", "timezone",
    ]

    package static func gather() throws(SystemError) -> HostFacts {
        var rootEntries: [String: HostFile.Kind] = [:]
        for name in rootNames { rootEntries[name] = HostFile.kind(of: "/\(name)") }
        var configuration: [String: Entry] = [:]
        for name in configurationNames { configuration[name] = Entry(at: "/etc/\(name)") }
        let bootTime = try HostFile.text(of: "/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        return HostFacts(
            rootEntries: rootEntries, configuration: configuration,
            processorInformation: try HostFile.text(of: "/proc/cpuinfo"),
            bootTime: bootTime.map { String($0.dropFirst(6)) } ?? "0")
    }
}
