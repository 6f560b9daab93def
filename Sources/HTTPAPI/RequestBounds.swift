/// How much of anything a request may carry, apart from the limits of the run.
package struct RequestBounds: Hashable, Sendable {
    /// Bytes of a request's body.
    package var body = 16 << 20
    /// Bytes of `code`.
    package var code = 1 << 20
    package var files = 1000
    package var tests = 100
    /// Patterns in `collect`.
    package var patterns = 32
    /// Bytes of all arguments and environment variables of one run, each with the byte that ends it.
    package var arguments = 64 << 10

    package init() {}
}
