import Isolation
import Logging

/// What happens in the session, told to those who listen.
extension Session {
    func tell(_ event: SessionEvent) {
        for listener in listeners.values { listener.tell(event) }
    }

    /// A stream of what happens from now on; files are watched as long as somebody listens.
    func events() async throws(SessionRefusal) -> AsyncStream<SessionEvent> {
        switch state {
        case .creating, .ending, .ended: throw Self.absent
        case .hibernated, .waking, .active, .leaving: break
        }
        guard listeners.count < parts.configuration.maximumEventListeners else {
            throw .overloaded(
                message: "\(listeners.count) listen to this session already, the most there can be.",
                retryAfter: .seconds(1))
        }
        let feed = SessionEventFeed()
        lastListener += 1
        let number = lastListener
        listeners[number] = feed
        await watchFiles()
        return feed.stream { Task { await self.stopListening(number) } }
    }

    private func stopListening(_ number: Int) {
        listeners[number] = nil
        guard listeners.isEmpty else { return }
        fileWatch?.cancel()
        fileWatch = nil
    }

    /// Returns when what is there now is watched.
    private func watchFiles() async {
        guard fileWatch == nil else { return }
        let (ready, isReady) = AsyncStream<Void>.makeStream()
        fileWatch = Task {
            do {
                let directory = try await parts.disk.open(id.description)
                let files = try parts.threads.files(of: directory, owner: identity, removals: parts.disk.removals)
                let changes = try await files.changes()
                isReady.finish()
                for await change in changes { tell(.files(change)) }
            } catch {
                parts.logger.warning(
                    "the files of a session are not watched",
                    metadata: ["session_id": "\(id)", "reason": "\(error)"])
                isReady.finish()
                tell(.files(FileChange(.unwatched, .workspace, isFolder: true)))
            }
        }
        for await _ in ready {}
    }
}
