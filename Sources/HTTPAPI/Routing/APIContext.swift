package import Hummingbird
import Logging
import NIOCore
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

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        connection = ClientConnection(channel: source.channel)
    }
}

/// Facts about a request that are known only deep in its route.
final class RequestRecord: Sendable {
    private let execution = Mutex<String?>(nil)

    /// The execution that the request is about.
    var executionID: String? {
        get { execution.withLock { $0 } }
        set { execution.withLock { $0 = newValue } }
    }
}
