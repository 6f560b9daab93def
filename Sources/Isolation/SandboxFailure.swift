package import LinuxKernel

/// A sandbox could not be made, used or kept: our failure, never the program's.
package enum SandboxFailure: Error, Hashable {
    /// A set-up step failed with an errno; nothing ran.
    case setup(stage: SetupStage, error: Errno)
    /// The launcher could not build the root that all sandboxes share.
    case template(operation: String, stage: SetupStage, error: Errno)
    /// The executable could not be started.
    case notExecutable(path: String, error: Errno)
    /// A file of the request could not be written; ENOSPC when it does not fit the disk limit.
    case notWritable(path: String, stage: SetupStage, error: Errno)
    /// The keeper or the launcher ended while it was needed.
    case lost(during: String)
    /// A call on the server's side failed.
    case system(SystemError)
    case cancelled
    case shuttingDown
}
