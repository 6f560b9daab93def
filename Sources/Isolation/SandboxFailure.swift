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
    /// The keeper or the launcher ended before the program began: another sandbox may be used for it.
    case lostBeforeStart(during: String)
    /// No level of isolation can be had; each with its reason.
    indirect case noIsolation([IsolationRefusal])
    /// A call on the server's side failed.
    case system(SystemError)
    /// No program can be given such arguments or such an environment; the reason continues "the command".
    case invalidCommand(reason: String)
    /// As many commands of the session have processes alive as may have.
    case busy(commands: Int)
    /// The session's processes leave no room for another, or no memory to start one: its limit, not ours.
    case noProcessLeft
    /// The server may not mount directories of the host into sandboxes; EPERM when it is not root.
    case workspaceNotMountable(SystemError)
    case cancelled
    case shuttingDown

    /// Of something that no program had come to yet.
    var beforeStart: SandboxFailure {
        if case .lost(let step) = self { .lostBeforeStart(during: step) } else { self }
    }
}

/// Why a level of isolation cannot be had on this machine.
package struct IsolationRefusal: Hashable, Sendable, CustomStringConvertible {
    package let level: IsolationLevel
    package let failure: SandboxFailure

    package var description: String { "\(level.rawValue): \(failure)" }
}
