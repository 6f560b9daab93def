import CLinux
import Glibc

/// Word from the kernel of what happens in folders (inotify(7)), one instance of a bounded number.
package struct Inotify: Sendable {
    package struct Event: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case created, changed, removed
            /// The two ends of a move have the same cookie.
            case movedFrom(cookie: UInt32)
            case movedTo(cookie: UInt32)
            /// The watch is over: its folder is gone, or it was taken back.
            case watchEnded
            /// The kernel's queue was full, and events are lost.
            case overflow
        }

        package let watch: Int32
        package let kind: Kind
        package let isFolder: Bool
        /// Of what is in the folder; empty for the folder itself.
        package let name: [UInt8]
    }

    package let descriptor: SharedDescriptor

    /// Throws EMFILE above `fs.inotify.max_user_instances`.
    package init() throws(SystemError) {
        descriptor = SharedDescriptor(try Descriptor(result: linux_inotify(), "inotify_init1", "a session"))
    }

    /// Watches a folder by its descriptor, wherever it is; answers the number that its events have. A folder that is watched
    /// already has the same number again. Throws ENOSPC above `fs.inotify.max_user_watches`.
    package func watch(_ folder: Folder) throws(SystemError) -> Int32 {
        let kinds = IN_CREATE | IN_MODIFY | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
        let mask = UInt32(kinds) | UInt32(IN_ONLYDIR) | UInt32(IN_EXCL_UNLINK)
        // The link in /proc is the kernel's own and leads to this very folder.
        let path = "/proc/self/fd/\(folder.descriptor.number)"
        return Int32(
            try SystemError.check(linux_inotify_add(descriptor.number, path, mask), "inotify_add_watch", "a folder"))
    }

    /// Without effect for a watch that has ended.
    package func unwatch(_ watch: Int32) { _ = linux_inotify_remove(descriptor.number, watch) }

    /// Events that have come, at most what 64 KiB hold; empty when there are none.
    package func events() throws(SystemError) -> [Event] {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let result = linux_read(descriptor.number, &buffer, buffer.count)
        if result == -Int(EAGAIN) || result == -Int(EINTR) { return [] }
        let count = try SystemError.check(result, "read", "inotify")
        var events: [Event] = []
        var position = 0
        // struct inotify_event: watch, mask, cookie and length of 4 bytes each, then the name with NULs.
        while position + 16 <= count {
            let (watch, mask, cookie, length) = buffer.withUnsafeBytes {
                (
                    $0.loadUnaligned(fromByteOffset: position, as: Int32.self),
                    $0.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self),
                    $0.loadUnaligned(fromByteOffset: position + 8, as: UInt32.self),
                    $0.loadUnaligned(fromByteOffset: position + 12, as: UInt32.self)
                )
            }
            let name = buffer[(position + 16)..<(position + 16 + Int(length))].prefix { $0 != 0 }
            position += 16 + Int(length)
            guard let kind = Self.kind(mask, cookie) else { continue }
            let isFolder = mask & UInt32(IN_ISDIR) != 0
            events.append(Event(watch: watch, kind: kind, isFolder: isFolder, name: Array(name)))
        }
        return events
    }

    private static func kind(_ mask: UInt32, _ cookie: UInt32) -> Event.Kind? {
        func has(_ bit: Int32) -> Bool { mask & UInt32(bit) != 0 }
        if has(IN_Q_OVERFLOW) { return .overflow }
        if has(IN_IGNORED) { return .watchEnded }
        if has(IN_CREATE) { return .created }
        if has(IN_MODIFY) || has(IN_ATTRIB) { return .changed }
        if has(IN_DELETE) { return .removed }
        if has(IN_MOVED_FROM) { return .movedFrom(cookie: cookie) }
        return has(IN_MOVED_TO) ? .movedTo(cookie: cookie) : nil
    }
}
