import Glibc

/// Questions about paths of the host, for trusted tools and at start only: answers may be out of date at once.
enum FilePaths {
    /// The part before the last slash; `/` for a file of the root.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// The part after the last slash.
    static func name(of path: String) -> String {
        String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }

    /// Without any symbolic link; nil when it does not exist or cannot be reached.
    static func canonical(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func isExecutableFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether the file begins with `#!`.
    static func isScript(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var start: [UInt8] = [0, 0]
        return read(descriptor, &start, 2) == 2 && start == Array("#!".utf8)
    }

    /// The file's path with its folder made canonical, and every further place that its symbolic links lead through.
    static func links(from path: String) -> [String] {
        var places: [String] = []
        var next: String? = path
        while let place = next, places.count < 40, let folder = canonical(self.folder(of: place)) {
            let path = (folder == "/" ? "" : folder) + "/" + name(of: place)
            places.append(path)
            next = target(of: path).map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 }
        }
        return places
    }

    /// What a symbolic link holds; nil for anything else.
    private static func target(of path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    /// Whether `path` is `directory` or lies below it.
    static func isPath(_ path: String, inside directory: String) -> Bool {
        path == directory || path.hasPrefix(directory == "/" ? "/" : directory + "/")
    }
}

/// What every sandbox shows of the host anyway.
enum SystemDirectories {
    private static let shown = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives"]

    static func contain(_ path: String) -> Bool { shown.contains { FilePaths.isPath(path, inside: $0) } }
}
