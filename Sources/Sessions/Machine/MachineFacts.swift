import Glibc
package import LinuxKernel

/// What does not change about the machine while the server runs.
package struct MachineFacts: Hashable, Sendable {
    /// `linux`.
    package var platform = "linux"
    /// As /etc/os-release names it.
    package var distribution: String
    package var kernel: String
    package var architecture: String
    package var hostname: String
    package var processors: Int
    package var booted: WallTime

    package init(
        distribution: String, kernel: String, architecture: String, hostname: String, processors: Int, booted: WallTime
    ) {
        self.distribution = distribution
        self.kernel = kernel
        self.architecture = architecture
        self.hostname = hostname
        self.processors = processors
        self.booted = booted
    }

    /// Of this machine. Reads small files: for the start, not for a request.
    package static func current(processors: Int) throws(SystemError) -> MachineFacts {
        var name = utsname()
        guard uname(&name) == 0 else { throw SystemError("uname", "this machine", Errno(errno)) }
        let stat = try HostFile.text(of: "/proc/stat")
        let boot = stat.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Int($0.dropFirst(6)) } ?? 0
        return MachineFacts(
            distribution: distribution(
                HostFile.kind(of: "/etc/os-release") == nil ? "" : try HostFile.text(of: "/etc/os-release")),
            kernel: text(&name.release), architecture: text(&name.machine), hostname: text(&name.nodename),
            processors: processors, booted: WallTime(milliseconds: boot * 1000))
    }

    /// From the text of os-release(5).
    static func distribution(_ text: String) -> String {
        let line = text.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
        return line.map { String($0.dropFirst(12).filter { $0 != "\"" }) } ?? "Linux"
    }

    private static func text<Field>(_ field: inout Field) -> String {
        withUnsafeBytes(of: &field) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
