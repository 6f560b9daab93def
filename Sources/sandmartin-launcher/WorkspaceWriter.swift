import CLinux

/// Writes files into the workspace on the server's behalf, inside the sandbox: its quota and its walls apply.
struct WorkspaceWriter {
    let directory: Int32

    func write(_ channel: Channel) throws(SetupFailure) {
        let message = try channel.message(message_file.self)
        let path = try channel.text(after: message_file.self, offset: 0, count: Int(message.path_size))
        try makeParents(of: path)
        let beneath = LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_NO_SYMLINKS | LINUX_RESOLVE_NO_MAGICLINKS
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK
        let file = Int32(try check(linux_openat2(directory, path, flags, message.mode, beneath), STAGE_FILE))
        defer { _ = linux_close(file) }
        if message.flags & FILE_FROM_DESCRIPTOR.rawValue != 0 {
            guard channel.descriptors.count == 1 else { throw SetupFailure(STAGE_MESSAGE, result: -Int(EBADMSG)) }
            try copy(channel.descriptors.values.0, to: file, count: Int(message.contents_size))
        } else {
            let contents = try channel.tail(
                after: message_file.self, offset: Int(message.path_size), count: Int(message.contents_size))
            try writeAll(file, contents, Int(message.contents_size), STAGE_WRITE)
        }
    }

    /// Makes each directory on the way that is not there yet.
    private func makeParents(of path: UnsafeMutablePointer<CChar>) throws(SetupFailure) {
        var index = 1
        while path[index] != 0 {
            if path[index] == 0x2F {
                path[index] = 0
                let result = linux_mkdirat(directory, path, 0o755)
                path[index] = 0x2F
                if result != -Int(EEXIST) { try check(result, STAGE_DIRECTORY) }
            }
            index += 1
        }
    }

    /// sendfile(2) from the source's start; the source may be shorter than said, never longer.
    private func copy(_ source: Int32, to file: Int32, count: Int) throws(SetupFailure) {
        var offset: off_t = 0
        while offset < count {
            let result = linux_sendfile(file, source, &offset, count - Int(offset))
            if result == -Int(EINTR) { continue }
            if try check(result, STAGE_WRITE) == 0 { return }
        }
    }
}
