import Hummingbird

extension Response {
    /// This answer, which calls `done` once when it is complete: at once if it has its whole body; a stream when it has ended,
    /// also because the client went away.
    func whenComplete(_ done: @escaping @Sendable () -> Void) -> Response {
        guard body.contentLength == nil else {
            done()
            return self
        }
        var response = self
        response.body = ResponseBody { [body] writer in
            defer { done() }
            try await body.write(writer)
        }
        return response
    }
}
