import Glibc
import LinuxKernel

extension WorkspaceFiles {
    /// Deletes what is at `path`: a link itself, and a folder that is not empty only if `recursive`. It is gone from the
    /// workspace at once; the return waits until its room is free. Answers how many entries were deleted.
    package func remove(
        _ path: FilePath, recursive: Bool, if conditions: FileConditions = FileConditions(),
        _ allowance: any DiskAllowance
    ) async throws(FileFailure) -> Int {
        let parent = try tree.parent(of: path)
        guard let status = try tree.status(path, in: parent) else { throw FileFailure.notFound(path) }
        guard conditions.allow(EntityTag(status)) else { throw FileFailure.changed(path) }
        guard status.kind == .directory else {
            try tree.attempt(path) { () throws(SystemError) in try parent.unlink(path.name) }
            allowance.release(status.freed)
            return 1
        }
        if !recursive {
            try tree.attempt(path) { () throws(SystemError) in try parent.removeFolder(path.name) }
            allowance.release(status.freed)
            return 1
        }
        let name = Self.unique()
        let removals = try tree.attempt(path) { () throws(SystemError) in
            try Directory(tree.removals).folder([])
        }
        try tree.attempt(path) { () throws(SystemError) in
            try parent.rename(path.name, to: removals, Array(name.utf8), replacing: false)
        }
        defer { allowance.recount() }
        return try await takeApart(name, path)
    }

    /// Goes on when the caller is gone: somebody has to.
    private func takeApart(_ name: String, _ path: FilePath) async throws(FileFailure) -> Int {
        var removal: TreeRemoval
        do throws(SystemError) {
            removal = try TreeRemoval(of: name, in: tree.removals, queueName: Self.unique())
            while try !removal.step(Self.step) { await Task.yield() }
        } catch {
            throw FileFailure(.system(error), "\(FileFailure.shown(path)) is gone, but its room is not free yet.")
        }
        return removal.removed
    }

    private static func unique() -> String { "removed-" + String(UInt64.random(in: 0 ... .max), radix: 36) }
}
