import Isolation
import LinuxKernel
import Logging

/// The disk quota of the workspace, which is counted while commands run (docs/decisions/0009).
extension Session {
    /// Bytes that a command may write to a file: what is left to the session and to its owner.
    func diskLeft(_ caller: Caller) -> Int {
        let quota = caller.quota.disk.bytes
        let owned = parts.quotas.usage(of: owner).disk.bytes
        return min(disk.left, quota - min(quota, owned))
    }

    /// A session that is above its quota gets no further command; it is read and emptied.
    func checkRoom(_ caller: Caller) throws(SessionRefusal) {
        guard !disk.isFull else {
            throw .conflict(
                "The workspace has reached its limit of \(disk.limit.mebibytes) MiB; delete some of its files first.")
        }
        guard diskLeft(caller) > 0 else {
            throw .quotaExceeded(
                QuotaRefusal(resource: .disk, limit: caller.quota.disk.mebibytes, retryAfter: .seconds(1)))
        }
    }

    /// Counts the workspace if something may have changed in it, at most as often as it does not take long.
    func countIfDue() async {
        let isChanging = commands.contains { $0.running != nil } || !terminals.isEmpty
        guard !isCounting, disk.isStale || isChanging, parts.clock.now() >= nextCount else { return }
        isCounting = true
        defer { isCounting = false }
        let began = parts.clock.now()
        disk.countBegins()
        do {
            let workspace = try await workspaceDescriptor()
            let usage = try await parts.disk.usage(of: workspace)
            disk.counted(usage.bytes.bytes)
            parts.index.update(id) { $0.isDirty = true }
        } catch {
            parts.logger.error(
                "a workspace could not be counted", metadata: ["session_id": "\(id)", "reason": "\(error)"])
        }
        let took = parts.clock.now() - began
        nextCount = parts.clock.now() + max(parts.configuration.countInterval, took * 4)
        if disk.used > disk.limit { await endAll(.diskLimit) }
    }

    private func workspaceDescriptor() async throws(SystemError) -> SharedDescriptor {
        if case .active(let awake) = state { return awake.workspace }
        return try await parts.disk.open(id.description)
    }

    /// Ends everything that runs.
    func endAll(_ reason: CommandEnd) async {
        let running = commands.compactMap(\.running)
        await withTaskGroup { group in
            for command in running { group.addTask { await command.end(reason) } }
            for hub in terminals.values { group.addTask { await hub.end(reason) } }
        }
    }

    // MARK: Files

    /// The files as one request uses them.
    func workspace(for caller: Caller) async throws -> SessionWorkspace {
        let directory = try await workspaceDescriptor()
        let files = try parts.threads.files(of: directory, owner: identity, removals: parts.disk.removals)
        return SessionWorkspace(files: files, allowance: disk.allowance(for: caller)) { [id, parts] action in
            var details = ["change": action.kind.rawValue, "path": String(action.path.description.prefix(1024))]
            if let source = action.source { details["source"] = String(source.description.prefix(1024)) }
            if let bytes = action.bytes { details["bytes"] = "\(bytes)" }
            parts.records.note(
                AuditActor(caller).event(.files, at: parts.clock.wall(), subject: "\(id)", details: details))
        }
    }
}
