package import LinuxKernel

/// One step in making the root that programs see, in the vocabulary of the launcher (`enum template_operation`).
package enum RootOperation: Hashable, Sendable, CustomStringConvertible {
    case directory(String, mode: UInt32 = 0o755)
    case file(String, mode: UInt32 = 0o644, contents: String)
    case link(String, target: String)
    /// The host's `source` appears at `path`.
    case bind(String, source: String, Access)
    /// In each sandbox, what is at `path` is covered by the template's `by`.
    case cover(String, by: String)
    /// Landlock allows these rights beneath `path`; everything else is refused.
    case allow(String, LandlockAccess)

    /// What a bind gives. Set-uid bits and devices never work, but for the devices of /dev.
    package enum Access: Hashable, Sendable { case readOnly, readOnlyWithoutExecution, device }

    package var description: String {
        switch self {
        case .directory(let path, let mode): "directory \(path) 0\(String(mode, radix: 8))"
        case .file(let path, _, let contents): "file \(path) (\(contents.utf8.count) bytes)"
        case .link(let path, let target): "link \(path) → \(target)"
        case .bind(let path, let source, let access): "bind \(path) ← \(source) (\(access))"
        case .cover(let path, let cover): "cover \(path) by \(cover)"
        case .allow(let path, let access): "allow \(path) \(access)"
        }
    }
}
