import Glibc
import LinuxKernel

/// The folder with everything that the server keeps: ours alone, and one server's at a time.
package struct DataFolder: Sendable {
    /// Why the folder cannot be used, and what to do.
    package struct Refusal: Error, Hashable, CustomStringConvertible {
        /// The setting that names it.
        package let setting: String
        package let path: String
        package let reason: String
        package var description: String { "\(setting) \(path) \(reason)" }

        package init(setting: String, path: String, reason: String) {
            self.setting = setting
            self.path = path
            self.reason = reason
        }
    }

    package let path: String
    private let setting: String
    private let folder: SharedDescriptor

    package var database: String { "\(path)/sandmartin.sqlite" }

    /// Makes the folder if it is missing, with those above it, and takes it into use: no other user can look into it.
    ///
    /// What is found under the name is checked by descriptor: it must be a folder of this process's user. With `isForeign` one
    /// that others can look into must also be empty: it may be somebody's who does not expect it to be closed and emptied.
    package init(path: String, setting: String = "data_dir", isForeign: Bool = false) throws(Refusal) {
        self.path = path
        self.setting = setting
        let name = "(\(setting.uppercased()))"
        try Self.make(path, setting)
        folder = try Self.open(path, setting)
        var status = stat()
        guard fstat(folder.number, &status) == 0 else {
            throw Refusal(setting: setting, path: path, reason: "cannot be read: \(Self.error)")
        }
        guard status.st_uid == geteuid() else {
            throw Refusal(
                setting: setting, path: path,
                reason:
                    "belongs to user \(status.st_uid), and this is user \(geteuid()): choose another one \(name), or "
                    + "give it to this user with chown")
        }
        guard !isForeign || status.st_mode & 0o077 == 0 || Self.isEmpty(path) else {
            throw Refusal(
                setting: setting, path: path,
                reason: "is open to other users and not empty: name a folder that this server may have alone \(name)")
        }
        guard status.st_mode & 0o777 == 0o700 || fchmod(folder.number, 0o700) == 0 else {
            throw Refusal(setting: setting, path: path, reason: "cannot be closed to other users: \(Self.error)")
        }
    }

    private static func isEmpty(_ path: String) -> Bool {
        guard let entries = opendir(path) else { return false }
        defer { closedir(entries) }
        // Two of them are the folder itself and the one above.
        return !(0..<3).allSatisfy { _ in readdir(entries) != nil }
    }

    /// Claims the folder for one server, as long as the lock lives. The kernel gives it back however the server ends.
    package func lock() throws(Refusal) -> Lock {
        let number = openat(folder.number, "server.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else {
            throw Refusal(setting: setting, path: path, reason: "cannot be written to: \(Self.error)")
        }
        let file = SharedDescriptor(Descriptor(owning: number))
        guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else {
                throw Refusal(setting: setting, path: path, reason: "cannot be locked: \(Self.error)")
            }
            throw Refusal(
                setting: setting, path: path,
                reason:
                    "is in use by another server: stop it, or give this one a folder of its own (\(setting.uppercased()))"
            )
        }
        return Lock(file: file)
    }

    package struct Lock: Sendable {
        fileprivate let file: SharedDescriptor
    }

    private static func make(_ path: String, _ setting: String) throws(Refusal) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o700) != 0 else { continue }
            let error = Errno(errno)
            // One that exists may also be told by an error that comes first, such as that of a read-only disk.
            guard access(made, F_OK) != 0 else { continue }
            throw Refusal(
                setting: setting, path: path,
                reason:
                    "cannot be made: \(made): \(error); choose one that this user can write (\(setting.uppercased()))")
        }
    }

    private static func open(_ path: String, _ setting: String) throws(Refusal) -> SharedDescriptor {
        let number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw Refusal(setting: setting, path: path, reason: "cannot be opened: \(error)") }
        return SharedDescriptor(Descriptor(owning: number))
    }

    private static var error: String { "\(Errno(errno))" }
}
