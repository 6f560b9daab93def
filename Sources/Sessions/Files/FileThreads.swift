package import Isolation
package import LinuxKernel

/// The threads on which the files of workspaces are used, because what strangers made may take long and disks are slow.
///
/// A workspace has one of them, so that a check and the change that it allows are one step for everybody on it. Long work
/// is done in steps between which others get their turn.
package final class FileThreads: Sendable {
    private let loops: [EventLoop]

    /// `count` is at least 1.
    package init(count: Int) throws(SystemError) {
        var loops: [EventLoop] = []
        for number in 0..<max(1, count) { loops.append(try EventLoop(name: "files-\(number)")) }
        self.loops = loops
    }

    /// The files of the workspace that `directory` is, in which `owner` gets what is made; nil: the server's own user.
    ///
    /// `removals` is a directory on the same file system that no sandbox can enter. What is deleted goes there first; what a
    /// crash leaves there begins with `removed-` and may be removed by anybody.
    package func files(
        of directory: SharedDescriptor, owner: HostIdentity?, removals: SharedDescriptor
    ) throws(SystemError) -> WorkspaceFiles {
        let directory = Directory(directory)
        let inode = try directory.folder([]).status.inode
        let owner = owner.map { FileOwner(user: $0.user, group: $0.group) }
        return WorkspaceFiles(
            WorkspaceTree(directory: directory, owner: owner, removals: removals),
            on: loops[Int(inode % UInt64(loops.count))])
    }

    /// Ends the threads; nothing may be asked after it.
    package func stop() { for loop in loops { loop.stop() } }
}
