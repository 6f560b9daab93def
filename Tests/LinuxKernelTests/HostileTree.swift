import CLinux
import Glibc
import LinuxKernel

/// Trees as hostile programs make them, made fast: relative to descriptors, so that depth costs nothing.
enum HostileTree {
    /// Folders in folders, each called `d`, with a file in every thousandth.
    static func makeDepth(_ depth: Int, in top: SharedDescriptor) throws {
        var current = top
        for level in 1...depth {
            try SystemError.check(linux_mkdirat(current.number, "d", 0o755), "mkdir", "level \(level)")
            if level % 1000 == 0 { try makeFile("file", 5, in: current) }
            current = try open("d", in: current)
        }
    }

    static func makeFile(_ name: String, _ size: Int, in folder: SharedDescriptor) throws {
        let file = try Descriptor(
            result: linux_openat(folder.number, name, O_WRONLY | O_CREAT | O_EXCL, 0o644), "create", name)
        try SystemError.check(linux_pwrite(file.number, [UInt8](repeating: 1, count: size), size, 0), "write", name)
    }

    static func open(_ name: String, in folder: SharedDescriptor) throws -> SharedDescriptor {
        SharedDescriptor(
            try Descriptor(result: linux_openat(folder.number, name, O_RDONLY | O_DIRECTORY, 0), "open", name))
    }
}
