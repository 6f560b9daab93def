package import Hummingbird
import Logging
import NIOCore
import Sessions
import Synchronization

/// What belongs to one request while it is answered.
package struct APIContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Where the request came from.
    let connection: ClientConnection
    /// What the log line of the request says beside what the answer tells.
    let record = RequestRecord()
    /// The caller's own, or one made here; in every answer and log line of the request.
    var requestID = ""
    /// Whom the gate let in; nil on a route that knows no caller.
    var identified: Caller?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        connection = ClientConnection(channel: source.channel)
    }

    /// Who sent the request. Throws on a route that lets everybody in, which must not act for anybody.
    var caller: Caller {
        get throws {
            guard let identified else { throw APIError(.unauthorized, "This needs a key.") }
            return identified
        }
    }
}

/// Facts about a request that are known only deep in its route.
final class RequestRecord: Sendable {
    private let execution = Mutex<String?>(nil)
    private let owner = Mutex<String?>(nil)

    /// The execution that the request is about.
    var executionID: String? {
        get { execution.withLock { $0 } }
        set { execution.withLock { $0 = newValue } }
    }

    /// Who sent the request, once that is known.
    var caller: String? {
        get { owner.withLock { $0 } }
        set { owner.withLock { $0 = newValue } }
    }
}
