import Glibc
import Testing

/// A listening socket of the host, on a port or under an abstract name that the kernel chooses.
final class HostListener: Sendable {
    enum Kind { case internet, abstract }

    let port: UInt16
    /// Abstract name without its leading NUL.
    let name: String
    private let descriptor: Int32
    private let address: [UInt8]

    init(_ kind: Kind) throws {
        let number = socket(kind == .internet ? AF_INET : AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try #require(number >= 0)
        let unique = "sandmartin-\(UInt64.random(in: 0 ... .max))"
        var wanted: [UInt8]
        switch kind {
        case .internet: wanted = [UInt8(AF_INET), 0, 0, 0, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
        case .abstract: wanted = [UInt8(AF_UNIX), 0, 0] + Array(unique.utf8)
        }
        let isBound = Self.with(wanted) { bind(number, $0, $1) } == 0 && listen(number, 8) == 0
        try #require(isBound)
        if kind == .internet {
            var length = socklen_t(wanted.count)
            let result = wanted.withUnsafeMutableBytes {
                getsockname(number, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
            }
            try #require(result == 0)
        }
        descriptor = number
        name = unique
        port = kind == .internet ? UInt16(wanted[2]) << 8 | UInt16(wanted[3]) : 0
        address = wanted
    }

    deinit { close(descriptor) }

    /// Whether somebody has connected.
    var hasVisitor: Bool {
        var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&source, 1, 0) > 0
    }

    /// Whether this process can connect.
    func acceptsConnections() -> Bool {
        let client = socket(Int32(address[0]), Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        return Self.with(address) { connect(client, $0, $1) } == 0 && hasVisitor
    }

    private static func with<Result>(
        _ address: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        address.withUnsafeBytes {
            body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
    }
}
