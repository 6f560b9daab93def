import Isolation
import Sessions

/// A command whose output is told while it goes on. It ends with the last reference, if it has not ended before.
final class CommandStream: Sendable {
    enum Item: Sendable {
        case started(SessionID, pid: Int32)
        case output(OutputStream, [UInt8])
        case ended(CommandReply)
        /// It had begun, and then the server failed.
        case lost(SessionRefusal)
    }

    let task: Task<Void, Never>
    /// Holds at most what a command's limits keep of its output. Read by one after the other.
    private let items: AsyncStream<Item>

    init(_ execute: @escaping @Sendable (CommandObserver) async throws(SessionRefusal) -> CommandReply) {
        let (items, source) = AsyncStream.makeStream(of: Item.self)
        self.items = items
        task = Task {
            let observer = CommandObserver(
                started: { source.yield(.started($0, pid: $1)) }, output: { source.yield(.output($0, $1)) })
            do throws(SessionRefusal) {
                source.yield(.ended(try await execute(observer)))
            } catch {
                source.yield(.lost(error))
            }
            source.finish()
        }
    }

    deinit { task.cancel() }

    /// The first thing that happens. Throws when that is a refusal.
    func next() async throws -> Item {
        for await item in items {
            if case .lost(let refusal) = item { throw refusal }
            return item
        }
        throw CancellationError()
    }

    /// What happens after the first.
    var rest: AsyncStream<Item> { items }
}
